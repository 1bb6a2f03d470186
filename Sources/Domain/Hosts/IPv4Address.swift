/// An IPv4 address, read as URLs read it: one to four parts, each decimal, octal or hexadecimal.
struct IPv4Address: Hashable, Sendable {
  let value: UInt32

  /// Dotted decimal.
  var text: String {
    [24, 16, 8, 0].map { String((value >> UInt32($0)) & 255) }.joined(separator: ".")
  }

  /// Whether a last label makes the whole name an address (WHATWG URL, "ends in a number").
  static func isNumber(_ label: [UInt8]) -> Bool {
    guard !label.isEmpty else { return false }
    return label.allSatisfy { $0 >= 48 && $0 <= 57 } || number(label) != nil
  }

  /// Parts in the order written; the last one fills the remaining bytes.
  init?(labels: [[UInt8]]) {
    guard labels.count <= 4 else { return nil }
    var numbers: [UInt64] = []
    for label in labels {
      guard let number = IPv4Address.number(label) else { return nil }
      numbers.append(number)
    }
    guard let last = numbers.popLast(), numbers.allSatisfy({ $0 <= 255 }),
      last < 1 << (8 * UInt64(4 - numbers.count))
    else { return nil }
    var value = last
    for (index, number) in numbers.enumerated() { value |= number << UInt64(8 * (3 - index)) }
    self.value = UInt32(value)
  }

  init(value: UInt32) {
    self.value = value
  }

  /// A decimal, `0`-octal or `0x`-hexadecimal number; `0x` alone is 0. Nil when it is not one
  /// or does not fit 32 bits.
  private static func number(_ label: [UInt8]) -> UInt64? {
    var digits = label[...]
    var radix: UInt64 = 10
    if digits.count >= 2, digits.starts(with: Array("0x".utf8)) {
      digits = digits.dropFirst(2)
      radix = 16
    } else if digits.count >= 2, digits.first == UInt8(ascii: "0") {
      digits = digits.dropFirst()
      radix = 8
    }
    guard radix == 16 || !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard let digit = digit.hexadecimalValue, UInt64(digit) < radix else { return nil }
      value = value * radix + UInt64(digit)
      guard value <= UInt64(UInt32.max) else { return nil }
    }
    return value
  }
}
