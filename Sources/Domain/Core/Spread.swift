/// How much later than the first instant each of many is told to come back, so that they do not
/// all come at once when hours begin or a stop ends.
///
/// It is drawn from who asks and from the instant itself: one asker is told the same by every
/// replica, however often it asks, and is not the last one every day.
package enum Spread {
  /// The longest delay; every whole second up to it is as likely.
  package static let secondsMax: Int64 = 30

  /// The delay of one asker, from 0 to `secondsMax`.
  ///
  /// - Parameter asker: whatever tells it from the others.
  package static func seconds(of asker: some Sequence<UInt8>, at instant: Timestamp) -> Int64 {
    // FNV-1a, then the last step of SplitMix64: names that differ in one digit lie far apart.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in asker { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash ^= UInt64(bitPattern: instant.microseconds)
    hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
    return Int64((hash ^ hash >> 31) % UInt64(secondsMax + 1))
  }
}

extension Refusal {
  /// Whether everybody who is refused for it may come back at one and the same instant.
  package var endsForAllAtOnce: Bool {
    switch self {
    case .outsideWindow, .breakerOpen, .quarantine, .grantNotStarted, .dailyRequestsSpent: true
    default: false
    }
  }
}

extension Refusals {
  /// From when the same call may succeed; nil when time alone does not help. Never before any
  /// `until` of them.
  ///
  /// - Parameter asker: what tells one worker's call from another's; nil: nobody is spread.
  package func retryAt(by asker: (some Sequence<UInt8>)?) -> Timestamp? {
    all.compactMap { refusal -> Timestamp? in
      guard let until = refusal.until else { return nil }
      guard let asker, refusal.endsForAllAtOnce else { return until }
      return until.adding(seconds: Spread.seconds(of: asker, at: until))
    }.max()
  }
}
