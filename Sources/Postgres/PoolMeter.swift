internal import Metrics

/// What one loop's pool has counted; a plain value, touched on its loop only.
struct PoolMeter {
  /// Why a transaction got no connection, in the order of the words.
  static let reasons = ["queue_full", "waited_too_long", "no_database", "closing", "cancelled"]

  /// By lane. A transaction that found a free connection waited no time.
  var waits = PoolLane.allCases.map { _ in Histogram() }
  /// By lane and reason.
  private(set) var refusals = PoolLane.allCases.map { _ in reasons.map { _ in 0 } }

  /// A transaction of the lane got no connection.
  mutating func refused(_ lane: PoolLane, _ error: DatabaseError) {
    let reason =
      switch error {
      case .poolExhausted: 0
      case .poolTimeout: 1
      case .closed: 3
      case .cancelled: 4
      default: 2
      }
    refusals[lane.rawValue][reason] += 1
  }

  static func + (one: PoolMeter, other: PoolMeter) -> PoolMeter {
    var sum = one
    for lane in sum.waits.indices {
      sum.waits[lane] = sum.waits[lane] + other.waits[lane]
      for reason in reasons.indices {
        sum.refusals[lane][reason] += other.refusals[lane][reason]
      }
    }
    return sum
  }
}
