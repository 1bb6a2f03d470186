/// Punycode (RFC 3492), as far as telling a real A-label from a broken one.
enum Punycode {
  /// Whether lower-case text after `xn--` decodes to a name outside ASCII that encodes back to it.
  static func isALabel(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let scalars = decoded(Array(bytes)), scalars.contains(where: { $0.value >= 0x80 }),
      scalars.allSatisfy(mayStandInALabel)
    else { return false }
    return encoded(scalars) == Array(bytes)
  }

  /// Lower case and printable; the full table of UTS 46 is not needed, since a label that only
  /// it would refuse is no other spelling of an allowed one.
  private static func mayStandInALabel(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .unassigned, .privateUse, .surrogate, .spaceSeparator, .lineSeparator,
      .paragraphSeparator:
      false
    default: String(scalar) == scalar.properties.lowercaseMapping
    }
  }

  private static let base = 36
  private static let thresholdLeast = 1
  private static let thresholdMost = 26
  private static let biasFirst = 72
  private static let codePointFirst = 128

  static func decoded(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
    var output: [Int] = []
    var input = bytes[...]
    if let delimiter = bytes.lastIndex(of: UInt8(ascii: "-")) {
      output = bytes[..<delimiter].map(Int.init)
      input = bytes[(delimiter + 1)...]
    }
    var (codePoint, index, bias) = (codePointFirst, 0, biasFirst)
    while !input.isEmpty {
      let indexBefore = index
      var (weight, k) = (1, base)
      while true {
        guard let byte = input.popFirst(), let digit = digit(of: byte) else { return nil }
        index += digit * weight
        let threshold = min(max(k - bias, thresholdLeast), thresholdMost)
        if digit < threshold { break }
        weight *= base - threshold
        // Labels have at most 63 bytes; anything this large is not a code point.
        guard weight < 1 << 40, index < 1 << 40 else { return nil }
        k += base
      }
      bias = adapted(index - indexBefore, to: output.count + 1, first: indexBefore == 0)
      codePoint += index / (output.count + 1)
      index %= output.count + 1
      guard codePoint <= 0x10FFFF else { return nil }
      output.insert(codePoint, at: index)
      index += 1
    }
    var scalars: [Unicode.Scalar] = []
    for value in output {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { return nil }
      scalars.append(scalar)
    }
    return scalars
  }

  static func encoded(_ scalars: [Unicode.Scalar]) -> [UInt8] {
    var output = scalars.filter(\.isASCII).map { UInt8($0.value) }
    let basicCount = output.count
    if basicCount > 0 { output.append(UInt8(ascii: "-")) }
    var (codePoint, delta, bias, handled) = (codePointFirst, 0, biasFirst, basicCount)
    while handled < scalars.count {
      let next = scalars.map { Int($0.value) }.filter { $0 >= codePoint }.min() ?? codePoint
      delta += (next - codePoint) * (handled + 1)
      codePoint = next
      for scalar in scalars {
        if Int(scalar.value) < codePoint { delta += 1 }
        guard Int(scalar.value) == codePoint else { continue }
        appendDigits(of: delta, bias: bias, to: &output)
        bias = adapted(delta, to: handled + 1, first: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      codePoint += 1
    }
    return output
  }

  private static func appendDigits(of delta: Int, bias: Int, to output: inout [UInt8]) {
    var (rest, k) = (delta, base)
    while true {
      let threshold = min(max(k - bias, thresholdLeast), thresholdMost)
      if rest < threshold { break }
      output.append(byte(of: threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      k += base
    }
    output.append(byte(of: rest))
  }

  private static func adapted(_ delta: Int, to count: Int, first: Bool) -> Int {
    var delta = first ? delta / 700 : delta / 2
    delta += delta / count
    var k = 0
    while delta > (base - thresholdLeast) * thresholdMost / 2 {
      delta /= base - thresholdLeast
      k += base
    }
    return k + (base - thresholdLeast + 1) * delta / (delta + 38)
  }

  private static func digit(of byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 97
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 22
    default: nil
    }
  }

  private static func byte(of digit: Int) -> UInt8 {
    UInt8(digit < 26 ? digit + 97 : digit + 22)
  }
}
