/// Why a value has no canonical form.
package enum CanonicalFormError: Error, Hashable, Sendable {
  /// The literal is beyond the range of a double.
  case numberNotFinite(literal: String)
}

extension JSON {
  /// The canonical form of RFC 8785: sorted names, ES6 numbers, no space.
  package func canonicalBytes() throws(CanonicalFormError) -> [UInt8] {
    var output: [UInt8] = []
    try writeCanonical(to: &output)
    return output
  }

  private func writeCanonical(to output: inout [UInt8]) throws(CanonicalFormError) {
    switch self {
    case .null, .bool, .string: output.append(contentsOf: bytes())
    case .number(let number): output.append(contentsOf: try number.canonicalText().utf8)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        try element.writeCanonical(to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      for (index, member) in object.membersInCanonicalOrder.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        JSON.writeString(member.name, to: &output)
        output.append(UInt8(ascii: ":"))
        try member.value.writeCanonical(to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}

extension JSONObject {
  /// Sorted by the UTF-16 code units of the names (RFC 8785 §3.2.3).
  fileprivate var membersInCanonicalOrder: [(name: String, value: JSON)] {
    members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
  }
}

extension JSONNumber {
  /// The nearest double in the form of ECMAScript's Number::toString.
  fileprivate func canonicalText() throws(CanonicalFormError) -> String {
    guard let value = Double(literal), value.isFinite else {
      throw .numberNotFinite(literal: literal)
    }
    return ecmaScriptText(of: value)
  }
}

/// ECMAScript's Number::toString for a finite double: the shortest digits that read back, plain
/// from 1e-6 up to below 1e21, else with an exponent.
package func ecmaScriptText(of value: Double) -> String {
  if value == 0 { return "0" }
  let sign = value < 0 ? "-" : ""
  let (digits, point) = shortestDigits(of: value.magnitude)
  let count = digits.count
  switch point {
  case count...21 where count <= 21:
    return sign + digits + String(repeating: "0", count: point - count)
  case 1...21:
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  case -5...0:
    return sign + "0." + String(repeating: "0", count: -point) + digits
  default:
    let exponent = point - 1
    let fraction = count == 1 ? "" : "." + digits.dropFirst()
    return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+")
      + String(exponent.magnitude)
  }
}

/// The shortest digits, without zeros at either end, and the place of the decimal point counted
/// from their start: 12.5 is ("125", 2). Precondition: positive and finite.
private func shortestDigits(of value: Double) -> (digits: String, point: Int) {
  let parts = value.description.split(separator: "e")
  let exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
  let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  let whole = mantissa[0]
  let all = whole + (mantissa.count == 2 ? mantissa[1] : "")
  let leadingZeros = all.prefix { $0 == "0" }.count
  var digits = String(all.dropFirst(leadingZeros))
  while digits.last == "0" { digits.removeLast() }
  return (digits, whole.count - leadingZeros + exponent)
}
