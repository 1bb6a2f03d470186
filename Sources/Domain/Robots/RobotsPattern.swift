/// A path of a robots.txt: literal text with `*` for anything and `$` for the end (RFC 9309
/// §2.2.3), both sides percent-encoded alike.
package struct RobotsPattern: Hashable, Sendable {
  /// The literals between the asterisks; at least one, the first at the path's beginning.
  private let literals: [[UInt8]]
  /// Whether it fits a path only as a whole.
  let isAnchored: Bool
  /// How specific it is: the rule with the longest pattern wins.
  package let lengthBytes: Int

  /// Nil for an empty pattern, which matches nothing.
  init?(_ text: ArraySlice<UInt8>) {
    var pattern = RobotsPattern.encoded(text, keeping: [UInt8(ascii: "*"), UInt8(ascii: "$")])
    guard !pattern.isEmpty else { return nil }
    lengthBytes = pattern.count
    isAnchored = pattern.last == UInt8(ascii: "$")
    if isAnchored { pattern.removeLast() }
    literals = pattern.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
      .map { literal in
        // A dollar sign before the end means itself, and paths write it %24.
        literal.flatMap { $0 == UInt8(ascii: "$") ? Array("%24".utf8) : [$0] }
      }
  }

  /// Whether the pattern fits the path. Cost: pattern + path, whatever the asterisks: the leftmost
  /// place of each literal is never worse than a later one.
  func matches(_ path: [UInt8]) -> Bool {
    guard path.starts(with: literals[0]) else { return false }
    var at = literals[0].count
    guard let last = literals.dropFirst().last else { return !isAnchored || at == path.count }
    for literal in literals.dropFirst().dropLast() {
      guard let found = RobotsPattern.find(literal, in: path, from: at) else { return false }
      at = found + literal.count
    }
    if isAnchored { return path.count - at >= last.count && path.suffix(last.count) == last[...] }
    return RobotsPattern.find(last, in: path, from: at) != nil
  }

  /// Whether it fits some path that begins with `prefix` and goes on.
  func mayMatch(below prefix: [UInt8]) -> Bool {
    let first = literals[0]
    if first.count > prefix.count { return first.starts(with: prefix) }
    guard prefix.starts(with: first) else { return false }
    // An asterisk takes up the rest of the prefix; without one the pattern ends before it.
    return literals.count > 1 || !isAnchored
  }

  /// Where a literal stands in the path, at `start` or after it. Cost: literal + path, whatever
  /// they are (Knuth, Morris and Pratt), since both are written by strangers.
  private static func find(_ literal: [UInt8], in path: [UInt8], from start: Int) -> Int? {
    guard !literal.isEmpty else { return start }
    guard literal.count <= path.count - start else { return nil }
    let borders = borders(of: literal)
    var matched = 0
    for at in start..<path.count {
      while matched > 0, path[at] != literal[matched] { matched = borders[matched - 1] }
      if path[at] == literal[matched] { matched += 1 }
      if matched == literal.count { return at + 1 - matched }
    }
    return nil
  }

  /// For each beginning of a literal, the length of the longest shorter one that it ends with.
  private static func borders(of literal: [UInt8]) -> [Int] {
    var borders = [Int](repeating: 0, count: literal.count)
    var length = 0
    for at in literal.indices.dropFirst() {
      while length > 0, literal[at] != literal[length] { length = borders[length - 1] }
      if literal[at] == literal[length] { length += 1 }
      borders[at] = length
    }
    return borders
  }

  /// One spelling of every path: unreserved bytes as they are, reserved ones as written, all
  /// others, `*` and `$` among them, as `%XX` in capitals (RFC 9309 §2.2.2, RFC 3986 §2).
  static func encoded(_ text: ArraySlice<UInt8>, keeping kept: [UInt8] = []) -> [UInt8] {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(text.count)
    var at = text.startIndex
    while at < text.endIndex {
      var byte = text[at]
      var isEscaped = false
      if byte == UInt8(ascii: "%"), at + 2 < text.endIndex,
        let high = text[at + 1].hexadecimalValue, let low = text[at + 2].hexadecimalValue
      {
        byte = high << 4 | low
        isEscaped = true
        at += 2
      }
      at += 1
      let stays =
        byte.isUnreserved || (!isEscaped && (byte.isReservedInPath || kept.contains(byte)))
      encoded += stays ? [byte] : Array("%".utf8) + byte.hexadecimalDigits
    }
    return encoded
  }
}

extension UInt8 {
  /// RFC 3986 §2.3.
  fileprivate var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// RFC 3986 §2.2, without the two that patterns give a meaning.
  fileprivate var isReservedInPath: Bool {
    Array(":/?#[]@!&'()+,;=".utf8).contains(self)
  }

  fileprivate var hexadecimalDigits: [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [digits[Int(self >> 4)], digits[Int(self & 15)]]
  }
}
