import Domain

/// What a leader remembers of a chore: when it looked last, and what it could not do.
struct SweepRecord: Sendable {
  /// A subject whose command failed.
  struct SetAside: Hashable, Sendable {
    var attempt: Int64
    var until: Timestamp
  }

  /// Nil: look at once.
  var sweptAt: Timestamp?
  private(set) var setAside: [String: SetAside] = [:]

  /// Also when the clock has gone back.
  func isDue(at now: Timestamp, everySeconds: Int64) -> Bool {
    guard let sweptAt else { return true }
    return now >= sweptAt.adding(seconds: everySeconds) || now < sweptAt
  }

  /// Whether the subject is not waiting for another try.
  func mayTry(_ subject: String, at now: Timestamp) -> Bool {
    setAside[subject].map { now >= $0.until } ?? true
  }

  mutating func succeeded(_ subject: String) {
    setAside[subject] = nil
  }

  /// The first ones of the list must not keep the others from their turn: those that fail wait
  /// longer and longer.
  mutating func failed(_ subject: String, at now: Timestamp) {
    let attempt = min(
      (setAside[subject]?.attempt ?? 0) + 1, Int64(BackOff.standard.waitSeconds.count))
    let until = BackOff.standard.next(after: attempt, at: now, jitter: .random(in: 0...1))
    guard setAside[subject] != nil || setAside.count < JobRunner.setAsideMax else { return }
    setAside[subject] = SetAside(attempt: attempt, until: until ?? now)
  }

  /// Without those that are due no more.
  func forgetting(allBut due: [String]) -> SweepRecord {
    var record = self
    let due = Set(due)
    record.setAside = setAside.filter { due.contains($0.key) }
    return record
  }
}
