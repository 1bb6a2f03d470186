/// Lease calls that were refused for one reason within one minute.
package struct RefusedCalls: Hashable, Sendable {
  package let minute: Timestamp
  /// The code of the answers.
  package let code: String
  package let calls: Int64

  package init(minute: Timestamp, code: String, calls: Int64) {
    self.minute = minute
    self.code = code
    self.calls = calls
  }

  /// How long they are kept.
  package static let keptSeconds: Int64 = 48 * 3_600
}

extension Timestamp {
  /// The begin of its minute.
  package var minute: Timestamp {
    Timestamp(microseconds: microseconds.floored(by: 60_000_000) * 60_000_000)
  }
}
