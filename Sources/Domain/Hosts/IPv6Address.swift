/// An IPv6 address as eight pieces; printed as RFC 5952 says.
struct IPv6Address: Hashable, Sendable {
  /// Eight 16-bit pieces, first one first.
  let pieces: [UInt16]

  /// The address inside `::ffff:a.b.c.d`.
  var mappedIPv4: IPv4Address? {
    guard pieces[0..<5].allSatisfy({ $0 == 0 }), pieces[5] == 0xFFFF else { return nil }
    return IPv4Address(value: UInt32(pieces[6]) << 16 | UInt32(pieces[7]))
  }

  /// Lower case, the longest run of two or more zero pieces as `::`, without brackets.
  var text: String {
    let run = longestZeroRun
    func joined(_ range: Range<Int>) -> String {
      pieces[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard run.count >= 2 else { return joined(0..<8) }
    return joined(0..<run.lowerBound) + "::" + joined(run.upperBound..<8)
  }

  private var longestZeroRun: Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || pieces[index] != 0 {
      if index - start > best.count { best = start..<index }
      start = index + 1
    }
    return best
  }

  /// Reads lower-case RFC 4291 text, the last 32 bits as dotted decimal allowed; no zone id.
  init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2, !text.contains(":::") else { return nil }
    guard let head = IPv6Address.pieces(halves[0], last: halves.count == 1),
      let tail = halves.count == 2 ? IPv6Address.pieces(halves[1], last: true) : []
    else { return nil }
    let missing = 8 - head.count - tail.count
    guard halves.count == 2 ? missing >= 1 : missing == 0 else { return nil }
    pieces = head + Array(repeating: 0, count: missing) + tail
  }

  private static func pieces(_ text: Substring, last: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var pieces: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if last, index == parts.count - 1, part.contains(".") {
        guard let address = dotted(part) else { return nil }
        pieces += [UInt16(address >> 16), UInt16(address & 0xFFFF)]
        continue
      }
      guard (1...4).contains(part.utf8.count),
        part.utf8.allSatisfy({ $0.hexadecimalValue != nil }),
        let piece = UInt16(part, radix: 16)
      else { return nil }
      pieces.append(piece)
    }
    return pieces
  }

  /// Four decimal parts without leading zeros: inside IPv6 no other IPv4 spelling is allowed.
  private static func dotted(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard let number = Int64(digits: part.utf8), number <= 255,
        part.utf8.count == String(number).utf8.count
      else { return nil }
      value = value << 8 | UInt32(number)
    }
    return value
  }
}
