internal import Domain

/// A compiled zone file (TZif, RFC 9636): the 64-bit block and the rule of its footer.
enum ZoneFile {
  /// Rules of the footer are written out up to the end of this year.
  static let lastYear: Int64 = 2_100

  /// Nil when the bytes are no TZif file of version 2 or later.
  static func zone(named name: String, from bytes: [UInt8]) -> Zone? {
    guard let first = Header(bytes[...]), first.version >= UInt8(ascii: "2") else { return nil }
    let rest = bytes.dropFirst(Header.size + first.blockSize(timeSize: 4))
    guard let header = Header(rest) else { return nil }
    let block = rest.dropFirst(Header.size)
    let blockSize = header.blockSize(timeSize: 8)
    guard block.count >= blockSize, header.typeCount > 0, header.leapCount == 0 else { return nil }

    var offsets: [Int64] = []
    let types = block.dropFirst(header.timeCount * 9)
    for index in 0..<header.typeCount {
      offsets.append(bigEndian(types.dropFirst(index * 6).prefix(4)))
    }
    var transitions: [Zone.Transition] = []
    for index in 0..<header.timeCount {
      let seconds = bigEndian(block.dropFirst(index * 8).prefix(8))
      let typeIndex = Int(block[block.startIndex + header.timeCount * 8 + index])
      guard typeIndex < offsets.count else { return nil }
      // A fat file opens with the "big bang"; no date of ours is that old.
      guard seconds > -10_000_000_000 else { continue }
      transitions.append(
        Zone.Transition(
          at: Timestamp(microseconds: seconds * 1_000_000), offsetSeconds: offsets[typeIndex]))
    }
    let footer = block.dropFirst(blockSize).dropFirst().prefix { $0 != 10 }
    if !footer.isEmpty {
      guard let rule = ZoneRule(Array(footer)) else { return nil }
      transitions += rule.transitions(
        after: transitions.last, firstOffsetSeconds: offsets[0], through: lastYear)
    }
    return Zone(name: name, firstOffsetSeconds: offsets[0], transitions: transitions)
  }

  private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
    let unsigned = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = UInt64(64 - bytes.count * 8)
    return Int64(bitPattern: unsigned << unused) >> Int64(unused)
  }

  private struct Header {
    static let size = 44

    let version: UInt8
    let isUTCount: Int
    let isStandardCount: Int
    let leapCount: Int
    let timeCount: Int
    let typeCount: Int
    let characterCount: Int

    init?(_ bytes: ArraySlice<UInt8>) {
      guard bytes.count >= Header.size, bytes.starts(with: Array("TZif".utf8)) else { return nil }
      version = bytes[bytes.startIndex + 4]
      let counts = (0..<6).map { index in
        bytes.dropFirst(20 + index * 4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
      }
      isUTCount = counts[0]
      isStandardCount = counts[1]
      leapCount = counts[2]
      timeCount = counts[3]
      typeCount = counts[4]
      characterCount = counts[5]
    }

    func blockSize(timeSize: Int) -> Int {
      timeCount * (timeSize + 1) + typeCount * 6 + characterCount
        + leapCount * (timeSize + 4) + isStandardCount + isUTCount
    }
  }
}
