/// How long to wait between attempts.
package struct BackOff: Hashable, Sendable {
  /// The wait behind each attempt but the last one, in seconds.
  package let waitSeconds: [Int64]
  /// What a wait may be longer, in parts of a hundred: many that failed together come back apart.
  package static let jitterPercentMax: Int64 = 10

  /// Doubling from 10 s to an hour: eleven attempts in some three hours.
  package static let standard = BackOff(
    waitSeconds: [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600])

  package init(waitSeconds: [Int64]) {
    self.waitSeconds = waitSeconds
  }

  package var attemptsMax: Int { waitSeconds.count + 1 }

  /// When the next attempt is due; nil behind the last one.
  ///
  /// - Parameter jitter: from 0 to 1, drawn at random.
  package func next(
    after attempt: Int64, at now: Timestamp, jitter: Double
  ) -> Timestamp? {
    precondition(attempt > 0 && (0...1).contains(jitter), "an attempt was made")
    guard attempt <= waitSeconds.count else { return nil }
    let wait = waitSeconds[Int(attempt) - 1] * 1_000_000
    let most = Double(wait * BackOff.jitterPercentMax / 100)
    return now.adding(microseconds: wait + Int64(most * jitter))
  }
}
