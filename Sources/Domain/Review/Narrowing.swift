/// Smaller numbers for a grant, in force at once and without a quorum (lifecycle R3).
package struct Narrowing: Hashable, Sendable {
  package let grant: GrantID
  /// Counted from 1 within the grant.
  package let n: Int64
  package let by: PersonID
  /// One per target, in the order of the content.
  package let budgets: [NarrowedBudget]
  /// Of the grant: the latest of its targets.
  package let endsAt: Timestamp
  package let at: Timestamp
  /// When the last lease of a wider term has run out.
  package let effectiveAt: Timestamp

  /// Who set the numbers that it made smaller.
  package var setter: String { "narrowing \(n)" }
}

/// What a narrowing leaves of one budget.
package struct NarrowedBudget: Hashable, Sendable {
  package let id: BudgetID
  package let target: Int
  package let capacity: Capacity
  package let windows: WindowSet
  package let endsAt: Timestamp
  /// Members of the terms that became smaller.
  package let changed: [String]
}

/// One budget of a grant as it stands under its lock.
package struct BudgetStanding: Sendable {
  package let id: BudgetID
  package let target: Int
  package let capacity: Capacity
  package let opening: Opening
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  /// Everything that takes it up.
  package let occupants: [Occupant]

  package init(
    id: BudgetID, target: Int, capacity: Capacity, opening: Opening, startsAt: Timestamp,
    endsAt: Timestamp, occupants: [Occupant]
  ) {
    self.id = id
    self.target = target
    self.capacity = capacity
    self.opening = opening
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.occupants = occupants
  }

  /// The last day on which something may be sent.
  var lastDay: LocalDate { opening.zone.date(at: endsAt.adding(microseconds: -1)) }

  /// The numbers as conditions are compared with them.
  var allowance: TargetAllowance {
    TargetAllowance(
      maxRate: Limit(capacity.rate, setBy: ""), burst: Limit(capacity.burst, setBy: ""),
      maxConcurrency: Limit(capacity.concurrency, setBy: ""),
      maxWorkers: Limit(capacity.workers ?? capacity.concurrency, setBy: ""),
      dailyRequests: Limit(capacity.dailyRequests, setBy: ""),
      windows: Limit(opening.hours, setBy: ""))
  }

  func narrowed(to asked: TargetConditions?, endsOn: LocalDate?) -> NarrowedBudget {
    var changed: [String] = []
    func lower<Value: Comparable>(_ name: String, _ value: Value, _ limit: Value?) -> Value {
      guard let limit, limit < value else { return value }
      changed.append(name)
      return limit
    }
    let capacity = Capacity(
      rate: lower("max_rps", capacity.rate, asked?.maxRate),
      burst: lower("burst", capacity.burst, asked?.burst),
      concurrency: lower("max_concurrency", capacity.concurrency, asked?.maxConcurrency),
      workers: lower("max_workers", capacity.workers ?? 0, asked?.maxWorkers),
      dailyRequests: lower("daily_requests", capacity.dailyRequests, asked?.dailyRequests))
    let ends = lower("ends_at", endsAt, endsOn.map { opening.zone.dayEnd($0) })
    let windows = asked?.windows.map { opening.hours.intersection($0) } ?? opening.hours
    if windows != opening.hours { changed.append("windows") }
    return NarrowedBudget(
      id: id, target: target, capacity: capacity, windows: windows, endsAt: ends,
      changed: changed)
  }

  /// From when everything that is out fits into the smaller numbers: leases only run out, and a
  /// renewal never takes more than is free. A token does not know of hours that were taken away,
  /// so there the last one has to run out.
  func settles(in narrowed: NarrowedBudget, from now: Timestamp) -> Timestamp {
    let live = occupants.filter { now < $0.freesAt }
    let end = live.map(\.freesAt).max() ?? now
    if !Set(narrowed.changed).isDisjoint(with: ["windows", "ends_at"]) { return end }
    let instants = live.flatMap { [$0.currentFreesAt, $0.previousFreesAt ?? $0.currentFreesAt] }
    let most = Portion(
      rate: narrowed.capacity.rate, burst: narrowed.capacity.burst,
      concurrency: narrowed.capacity.concurrency)
    return ([now] + instants.filter { now < $0 }.sorted()).first { instant in
      let occupied = live.reduce(Portion.none) { $0 + $1.occupied(at: instant) }
      let workers = Int64(live.count { instant < $0.freesAt })
      return occupied.fits(within: most) && workers <= narrowed.capacity.workers ?? workers
    } ?? end
  }
}

/// A narrowing as it is shown.
package struct NarrowingRecord: Hashable, Sendable {
  package let n: Int64
  package let by: PersonID
  package let at: Timestamp
  package let effectiveAt: Timestamp
  package let reason: String?

  package init(
    n: Int64, by: PersonID, at: Timestamp, effectiveAt: Timestamp, reason: String?
  ) {
    self.n = n
    self.by = by
    self.at = at
    self.effectiveAt = effectiveAt
    self.reason = reason
  }
}
