/// Whose turn it is in one scope: who holds a place, who waits for one, how many there are.
///
/// As many are served as can each send one request within a usual term; at least one. The
/// oldest waiter comes first. Whoever holds a place that somebody waits for has it for three
/// renewals, and until one request has fitted.
struct Turn {
  /// How many may hold a lease at once.
  let places: Int64
  /// Those who wait for room in the scope, the one who asks left out.
  let waiting: [Waiter]
  /// Waiters that come before the one who asks; 0 for a renewal, whose place is its own.
  let ahead: Int64
  /// Whether somebody else comes first.
  let isOthers: Bool

  /// - Parameters:
  ///   - capacity: of the scope, or what it gets of the scopes above.
  ///   - line: everybody who waits for the scope.
  init(
    in scope: Scope, of capacity: Capacity, line: [Waiter], for claim: Claim, at now: Timestamp
  ) {
    let rate = capacity.rate
    let served = max(rate < Turn.rateLeast ? 0 : 1, rate.microRPS / Turn.rateUsual.microRPS)
    places = min(capacity.slots, served)
    waiting = line.filter { $0.worker != claim.worker }
    let (others, older) = scope.holders(at: now, besides: claim)
    guard !claim.isNew else {
      let own = line.first { $0.worker == claim.worker }
      ahead = Int64(waiting.count { $0.isAhead(of: own) })
      isOthers = others + ahead >= places
      return
    }
    ahead = 0
    let firstRequest = claim.startedAt.adding(
      microseconds: (rate.intervalNanoseconds ?? .max) / 1_000)
    let hadItsTurn = claim.hadItsTurn && firstRequest <= now
    isOthers = older < others + 1 - places + (hadItsTurn ? Int64(waiting.count) : 0)
  }

  private init(places: Int64) {
    self.places = places
    waiting = []
    ahead = 0
    isOthers = false
  }

  /// The same with nobody ahead.
  var alone: Turn { Turn(places: places) }

  /// The rate at which one request fits into a term of the usual length: what each of several
  /// workers needs.
  static let rateUsual = Rate(
    microRPS: (1_000_000 + LeaseTerm.secondsUsual - 1) / LeaseTerm.secondsUsual)
  /// One request a day: for less there is no lease.
  static let rateLeast = Rate(microRPS: (1_000_000 + 86_399) / 86_400)
}

extension Waiter {
  /// Nil: somebody who has not waited yet.
  fileprivate func isAhead(of other: Waiter?) -> Bool {
    guard let other else { return true }
    return since == other.since ? worker < other.worker : since < other.since
  }
}

extension Scope {
  /// How many other leases take up anything, and how many of them are older.
  fileprivate func holders(at now: Timestamp, besides claim: Claim) -> (Int64, older: Int64) {
    var (count, older) = (Int64(0), Int64(0))
    for occupant in occupants where now < occupant.freesAt && occupant.lease != claim.lease {
      count += 1
      if occupant.isOlder(than: claim) { older += 1 }
    }
    return (count, older)
  }
}
