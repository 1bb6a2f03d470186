/// Splits Swift text into tokens, so that no check takes a comment or a string for code.
///
/// Knows nested comments, escapes, raw and multi-line strings, interpolations and regular
/// expressions. Text that does not compile may be split in any way.
struct Lexer {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var tokens: [Token] = []

  private init(_ text: String) { bytes = Array(text.utf8) }

  /// The tokens of a file, comments among them.
  static func tokens(of text: String) -> [Token] {
    var lexer = Lexer(text)
    lexer.readCode(untilClosing: false)
    return lexer.tokens
  }

  /// Reads code to the end, or to the parenthesis that closes an interpolation.
  private mutating func readCode(untilClosing: Bool) {
    var depth = 0
    while let byte = peek() {
      if untilClosing, byte == Character(")").asciiValue, depth == 0 { return }
      if untilClosing {
        if byte == Character("(").asciiValue { depth += 1 }
        if byte == Character(")").asciiValue { depth -= 1 }
      }
      readToken(startingWith: byte)
    }
  }

  private mutating func readToken(startingWith byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      advance()
    case UInt8(ascii: "/") where follows("//"):
      readLineComment()
    case UInt8(ascii: "/") where follows("/*"):
      readBlockComment()
    case UInt8(ascii: "/") where startsExpression && closesOnThisLine:
      readExpression(closing: "/")
    case UInt8(ascii: "\""):
      readString(pounds: 0)
    case UInt8(ascii: "#") where poundsBefore(UInt8(ascii: "\"")) > 0:
      let pounds = poundsBefore(UInt8(ascii: "\""))
      advance(by: pounds)
      readString(pounds: pounds)
    case UInt8(ascii: "#") where poundsBefore(UInt8(ascii: "/")) > 0:
      let pounds = poundsBefore(UInt8(ascii: "/"))
      advance(by: pounds)
      readExpression(closing: "/" + String(repeating: "#", count: pounds))
    case let byte where Self.isWordByte(byte):
      readWord()
    default:
      append(.mark, from: index, to: index + 1, startingOn: line)
      advance()
    }
  }

  private mutating func readWord() {
    let start = index
    while let byte = peek(), Self.isWordByte(byte) { advance() }
    append(.word, from: start, to: index, startingOn: line)
  }

  private mutating func readLineComment() {
    let start = index
    while let byte = peek(), byte != UInt8(ascii: "\n") { advance() }
    append(.comment, from: start, to: index, startingOn: line)
  }

  private mutating func readBlockComment() {
    let start = index
    let first = line
    var depth = 0
    while peek() != nil {
      if follows("/*") {
        depth += 1
        advance(by: 2)
      } else if follows("*/") {
        depth -= 1
        advance(by: 2)
        if depth == 0 { break }
      } else {
        advance()
      }
    }
    append(.comment, from: start, to: index, startingOn: first)
  }

  private mutating func readString(pounds: Int) {
    let first = line
    let suffix = String(repeating: "#", count: pounds)
    let quotes = follows("\"\"\"") ? "\"\"\"" : "\""
    advance(by: quotes.utf8.count)
    // The text goes before the code of its interpolations.
    let place = tokens.count
    var text: [UInt8] = []
    while let byte = peek(), !follows(quotes + suffix) {
      if quotes == "\"", byte == UInt8(ascii: "\n") { break }
      if follows("\\" + suffix + "(") {
        advance(by: 2 + pounds)
        readCode(untilClosing: true)
        advance()
        text.append(UInt8(ascii: " "))
      } else if follows("\\" + suffix) {
        let end = min(index + 2 + pounds, bytes.count)
        text += bytes[index..<end]
        advance(by: 2 + pounds)
      } else {
        text.append(byte)
        advance()
      }
    }
    advance(by: quotes.utf8.count + pounds)
    let literal = Token(kind: .literal, text: String(decoding: text, as: UTF8.self), line: first)
    tokens.insert(literal, at: place)
  }

  private mutating func readExpression(closing: String) {
    let first = line
    advance()
    let start = index
    while peek() != nil, !follows(closing) { advance(by: peek() == UInt8(ascii: "\\") ? 2 : 1) }
    append(.literal, from: start, to: min(index, bytes.count), startingOn: first)
    advance(by: closing.utf8.count)
  }

  /// Whether a slash here may start a regular expression: it stands where a value is expected.
  private var startsExpression: Bool {
    guard index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: " ") else { return false }
    guard let last = tokens.last(where: { $0.kind != .comment }) else { return true }
    return last.kind == .mark && "(,=:[{!&|?".contains(last.text)
  }

  private var closesOnThisLine: Bool {
    var cursor = index + 1
    while cursor < bytes.count, bytes[cursor] != UInt8(ascii: "\n") {
      if bytes[cursor] == UInt8(ascii: "/") { return true }
      cursor += bytes[cursor] == UInt8(ascii: "\\") ? 2 : 1
    }
    return false
  }

  /// How many `#` stand here, if `byte` follows them; else 0.
  private func poundsBefore(_ byte: UInt8) -> Int {
    var cursor = index
    while cursor < bytes.count, bytes[cursor] == UInt8(ascii: "#") { cursor += 1 }
    return cursor < bytes.count && bytes[cursor] == byte ? cursor - index : 0
  }

  private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private func follows(_ text: String) -> Bool {
    let end = index + text.utf8.count
    return end <= bytes.count && bytes[index..<end].elementsEqual(text.utf8)
  }

  private mutating func advance(by count: Int = 1) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
  }

  private mutating func append(
    _ kind: Token.Kind, from start: Int, to end: Int, startingOn first: Int
  ) {
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    let blanks = [UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t")]
    let isJoined = start > 0 && !blanks.contains(bytes[start - 1])
    tokens.append(Token(kind: kind, text: text, line: first, isJoined: isJoined))
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
