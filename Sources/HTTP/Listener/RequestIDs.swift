/// Makes request ids, and tells which of the clients' own are fit for logs and headers.
struct RequestIDs {
  static let givenBytesMax = 128

  private let prefix: UInt64
  private var count: UInt64 = 0

  init() {
    prefix = UInt64.random(in: 0...UInt64.max)
  }

  /// 24 hexadecimal digits: 16 of this loop's start, 8 of a count.
  mutating func next() -> String {
    count &+= 1
    let (prefix, count) = (prefix, count)
    return String(unsafeUninitializedCapacity: 24) { buffer in
      for position in 0..<16 {
        buffer[position] = Self.digit(prefix >> UInt64(60 - 4 * position))
      }
      for position in 0..<8 {
        buffer[16 + position] = Self.digit(count >> UInt64(28 - 4 * position))
      }
      return 24
    }
  }

  /// The request's own id when it is well-formed: letters, digits, `-`, `.`, `_`.
  static func given(by head: RequestHead) -> String? {
    let values = head.values(ofFieldNamed: "x-request-id")
    guard values.count == 1, (1...givenBytesMax).contains(values[0].utf8.count),
      values[0].utf8.allSatisfy(isSafe)
    else { return nil }
    return values[0]
  }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
    default: false
    }
  }

  private static func digit(_ value: UInt64) -> UInt8 {
    let low = UInt8(truncatingIfNeeded: value & 15)
    return low < 10 ? 0x30 + low : 0x57 + low
  }
}
