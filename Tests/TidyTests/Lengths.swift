/// How long files, functions and lines may be.
enum Lengths {
  static let fileLinesMax = 400
  static let functionLinesMax = 70
  static let lineColumnsMax = 100

  /// A file with too many lines.
  static func longFile(in file: SourceFile) -> [Violation] {
    var count = file.lines.count
    if file.lines.last?.isEmpty == true { count -= 1 }
    guard count > fileLinesMax else { return [] }
    let reason = "\(count) lines; \(fileLinesMax) are the most"
    return [Violation(path: file.path, line: count, reason: reason)]
  }

  /// Lines with too many columns.
  static func longLines(in file: SourceFile) -> [Violation] {
    file.lines.enumerated().compactMap { index, line in
      // Bytes are at least as many as columns, and cheap to count.
      guard line.utf8.count > lineColumnsMax, line.count > lineColumnsMax else { return nil }
      let reason = "\(line.count) columns; \(lineColumnsMax) are the most"
      return Violation(path: file.path, line: index + 1, reason: reason)
    }
  }

  /// Functions, initialisers and computed properties whose text is too long. Rows of a table, of
  /// the form `case .name: .name`, are read at a glance and not counted.
  static func longFunctions(in file: SourceFile) -> [Violation] {
    bodies(in: file.code).compactMap { body in
      let lines = file.lines[(body.firstLine - 1)..<body.lastLine]
      let count = lines.count { $0.wholeMatch(of: /\s*case \.\w+: \.\w+/) == nil }
      guard count > functionLinesMax else { return nil }
      let reason = "\(body.name) has \(count) lines; \(functionLinesMax) are the most"
      return Violation(path: file.path, line: body.firstLine, reason: reason)
    }
  }

  /// A declaration with a body: from the line of its keyword to that of its closing brace.
  struct Body: Hashable, Sendable {
    let name: String
    let firstLine: Int
    let lastLine: Int
  }

  /// Every declaration with a body, in order; one inside another is counted by itself too.
  static func bodies(in code: [Token]) -> [Body] {
    code.indices.compactMap { index in
      guard code[index].kind == .word, let name = declaredName(at: index, in: code),
        let opening = openingBrace(after: index, in: code),
        let closing = closingBrace(of: opening, in: code)
      else { return nil }
      return Body(name: name, firstLine: code[index].line, lastLine: code[closing].line)
    }
  }

  /// The name of what a keyword declares; nil when the word here declares nothing with a body.
  private static func declaredName(at index: Int, in code: [Token]) -> String? {
    let next = index + 1 < code.count ? code[index + 1].text : ""
    let previous = index > 0 ? code[index - 1].text : ""
    guard previous != ".", previous != "`" else { return nil }
    switch code[index].text {
    case "func", "var": return next == "(" ? nil : next
    case "init" where ["(", "<", "?"].contains(next): return "init"
    case "subscript" where ["(", "<"].contains(next): return "subscript"
    case "deinit" where next == "{": return "deinit"
    default: return nil
    }
  }

  /// The brace that opens the body: the first outside parentheses, unless the declaration ends
  /// before it, as a requirement of a protocol or a stored property does.
  private static func openingBrace(after index: Int, in code: [Token]) -> Int? {
    let ends: Set = [
      "func", "var", "let", "init", "subscript", "deinit", "case", "struct", "class", "enum",
      "actor", "protocol", "extension", "static", "package", "public", "private", "internal",
      "fileprivate", "mutating", "nonisolated", "associatedtype", "typealias", "import", "return",
      "if", "guard", "for", "while", "switch", "defer", "@",
    ]
    let isProperty = code[index].text == "var"
    var depth = 0
    for cursor in (index + 1)..<max(index + 1, code.count) {
      let token = code[cursor]
      if token.kind == .literal { continue }
      switch token.text {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case "{" where depth == 0: return cursor
      case "}" where depth == 0: return nil
      // What a stored property starts with may hold closures, which are no body of it.
      case "=" where depth == 0 && isProperty: return nil
      case let text where depth == 0 && ends.contains(text) && token.line > code[index].line:
        return nil
      default: break
      }
    }
    return nil
  }

  private static func closingBrace(of opening: Int, in code: [Token]) -> Int? {
    var depth = 0
    for cursor in opening..<code.count where code[cursor].kind == .mark {
      if code[cursor].text == "{" { depth += 1 }
      if code[cursor].text == "}" {
        depth -= 1
        if depth == 0 { return cursor }
      }
    }
    return nil
  }
}
