/// Goes through the lines of a robots.txt that mean something.
struct RobotsLines {
  enum Record {
    /// A product token in lower case, `*`, or nothing when the value is neither.
    case userAgent(String)
    case rule(RobotsFile.Rule.Effect, ArraySlice<UInt8>)
    /// Nil for a value that is no number.
    case crawlDelay(milliseconds: Int64?)
  }

  struct Line {
    let number: Int
    let text: String
    let record: Record
  }

  private var rest: ArraySlice<UInt8>
  private var number = 0

  /// A byte order mark before the first line, whole or cut short, is left out.
  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
    for byte in [0xEF, 0xBB, 0xBF] as [UInt8] where rest.first == byte { rest.removeFirst() }
  }

  /// The next line with a record that is known; nil at the end.
  mutating func next() -> Line? {
    while let line = nextLine() {
      let text = trimmed(line.prefix { $0 != UInt8(ascii: "#") })
      guard let (key, value) = split(text), let record = record(key, value) else { continue }
      return Line(number: number, text: String(decoding: text, as: UTF8.self), record: record)
    }
    return nil
  }

  /// Lines end with CR, LF or both.
  private mutating func nextLine() -> ArraySlice<UInt8>? {
    guard !rest.isEmpty else { return nil }
    number += 1
    let end = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? rest.endIndex
    let line = rest[rest.startIndex..<end]
    rest = rest[end...]
    if rest.first == 0x0D, rest.dropFirst().first == 0x0A { rest.removeFirst() }
    if !rest.isEmpty { rest.removeFirst() }
    return line
  }

  /// `key: value`; a forgotten colon is forgiven where exactly two words are left.
  private func split(
    _ text: ArraySlice<UInt8>
  ) -> (key: String, value: ArraySlice<UInt8>)? {
    let colon = text.firstIndex(of: UInt8(ascii: ":"))
    let words = colon == nil ? text.split { $0 <= 0x20 } : []
    guard colon != nil || words.count == 2 else { return nil }
    let key = colon.map { text[..<$0] } ?? words[0]
    let value = colon.map { text[($0 + 1)...] } ?? words[1]
    let name = trimmed(key).map(\.asciiLowercased)
    return (String(decoding: name, as: UTF8.self), trimmed(value))
  }

  private func record(_ key: String, _ value: ArraySlice<UInt8>) -> Record? {
    switch key {
    case "user-agent", "useragent", "user agent":
      // White space may follow, or markup where somebody sends a page.
      let next = value.dropFirst().first
      let isEverybody =
        value.first == UInt8(ascii: "*")
        && (next.map { $0 <= 0x20 || $0 == UInt8(ascii: "<") } ?? true)
      return .userAgent(isEverybody ? RobotsFile.everybody : RobotsAgent.token(of: value))
    case "allow": return .rule(.allow, value)
    // The misspellings that every large crawler forgives.
    case "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw":
      return .rule(.disallow, value)
    case "crawl-delay": return .crawlDelay(milliseconds: RobotsLines.milliseconds(value))
    default: return nil
    }
  }

  /// Seconds with or without decimals, up to a day; nothing but markup may follow.
  private static func milliseconds(_ value: ArraySlice<UInt8>) -> Int64? {
    let number = value.prefix { $0 > 0x20 && $0 != UInt8(ascii: "<") }
    let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = parts[0].isEmpty ? 0 : Int64(digits: parts[0]) else {
      return nil
    }
    var milliseconds = min(whole, 86_400) * 1_000
    if parts.count == 2 {
      guard !parts[1].isEmpty, let decimals = Int64(digits: parts[1].prefix(3)),
        parts[1].allSatisfy({ $0 >= 48 && $0 <= 57 })
      else { return nil }
      milliseconds += (min(parts[1].count, 3)..<3).reduce(decimals) { scaled, _ in scaled * 10 }
    } else if parts[0].isEmpty {
      return nil
    }
    return milliseconds
  }

  private func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes.drop { $0 <= 0x20 }
    while let last = rest.last, last <= 0x20 { rest.removeLast() }
    return rest
  }
}
