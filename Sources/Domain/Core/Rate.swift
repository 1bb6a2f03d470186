/// Requests per second, exact: whole micro-requests per second (µrps). 0 means none.
package struct Rate: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let microRPS: Int64

  /// The largest rate that can be written: 10⁶ requests per second (budgets.md, Numbers).
  package static let most = Rate(microRPS: 1_000_000_000_000)
  package static let none = Rate(microRPS: 0)

  package init(microRPS: Int64) {
    self.microRPS = microRPS
  }

  /// From thousandths of a request per second, the unit of the policy.
  package init(milliRPS: Int64) {
    self.microRPS = milliRPS * 1_000
  }

  package static func < (left: Rate, right: Rate) -> Bool { left.microRPS < right.microRPS }

  /// Nanoseconds between two requests, rounded up so that the rate is never exceeded:
  /// ⌈10¹⁵ / µrps⌉. Nil for a rate of none.
  package var intervalNanoseconds: Int64? {
    guard microRPS > 0 else { return nil }
    return (1_000_000_000_000_000 + microRPS - 1) / microRPS
  }

  /// ⌈rate × 1000⌉, as the policy's rules compare it.
  package var milliRPSRoundedUp: Int64 { (microRPS + 999) / 1_000 }

  /// A decimal without exponent and without trailing zeros: `0.5`, `2`, `0.000001`.
  package var description: String {
    let fraction = microRPS % 1_000_000
    guard fraction != 0 else { return String(microRPS / 1_000_000) }
    var decimals = fraction.padded(to: 6)
    while decimals.last == "0" { decimals.removeLast() }
    return "\(microRPS / 1_000_000).\(decimals)"
  }

  /// Reads a JSON number literal in (0, 10⁶] with at most six decimals and no exponent.
  package init?(literal: String) {
    let parts = literal.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, parts[0].count <= 7, let whole = Int64(digits: parts[0]) else {
      return nil
    }
    var micro: Int64 = 0
    if parts.count == 2 {
      guard parts[1].count <= 6, let value = Int64(digits: parts[1]) else { return nil }
      micro = (parts[1].count..<6).reduce(value) { scaled, _ in scaled * 10 }
    }
    let total = whole * 1_000_000 + micro
    guard total > 0, total <= Rate.most.microRPS else { return nil }
    self.microRPS = total
  }
}
