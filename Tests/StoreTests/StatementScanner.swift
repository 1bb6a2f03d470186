/// Finds the text of every `Statement("…")` in Swift source, exactly as the compiler reads it.
enum StatementScanner {
  /// One literal, and the line on which its `Statement(` stands.
  struct Found: Hashable, Sendable {
    let line: Int
    let sql: String
  }

  /// A `Statement(` without a plain literal behind it.
  struct NotALiteral: Error, Hashable {
    let line: Int
  }

  private static let opening = "Statement("

  /// How often `Statement(` stands in the text, comments included.
  static func occurrences(in text: String) -> Int {
    text.ranges(of: opening).count
  }

  /// Every literal in the order of the text.
  static func statements(in text: String) throws(NotALiteral) -> [Found] {
    var found: [Found] = []
    for range in text.ranges(of: opening) {
      let line = text[..<range.lowerBound].count { $0.isNewline } + 1
      guard let sql = literal(text[range.upperBound...].drop { $0.isWhitespace }) else {
        throw NotALiteral(line: line)
      }
      found.append(Found(line: line, sql: sql))
    }
    return found
  }

  /// The value of the literal at the start; nil when there is none or it is not plain.
  private static func literal(_ text: Substring) -> String? {
    let quotes = "\"\"\""
    if text.hasPrefix(quotes) {
      guard let end = text.dropFirst(3).firstRange(of: quotes) else { return nil }
      return unescaped(unindented(text[text.index(text.startIndex, offsetBy: 3)..<end.lowerBound]))
    }
    guard text.first == "\"" else { return nil }
    var end = text.index(after: text.startIndex)
    while end < text.endIndex, text[end] != "\"", !text[end].isNewline {
      let step = text[end] == "\\" ? 2 : 1
      guard let next = text.index(end, offsetBy: step, limitedBy: text.endIndex) else { return nil }
      end = next
    }
    guard end < text.endIndex, text[end] == "\"" else { return nil }
    return unescaped(String(text.dropFirst()[..<end]))
  }

  /// The lines of a multi-line literal without the indentation of its closing quotes.
  private static func unindented(_ body: Substring) -> String {
    var lines = body.split(separator: "\n", omittingEmptySubsequences: false)
    let indentation = lines.last?.count ?? 0
    lines = Array(lines.dropFirst().dropLast())
    return lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n")
  }

  /// Nil for an interpolation, and for any escape but `\\`, `\"` and `\n`.
  private static func unescaped(_ text: String) -> String? {
    var value = ""
    var isEscape = false
    for character in text {
      switch (isEscape, character) {
      case (false, "\\"): isEscape = true
      case (false, _): value.append(character)
      case (true, "\\"), (true, "\""):
        value.append(character)
        isEscape = false
      case (true, "n"):
        value.append("\n")
        isEscape = false
      case (true, _): return nil
      }
    }
    return isEscape ? nil : value
  }
}
