import Domain
import Testing

/// A budget under a site with leases in it, moved by hand through time.
struct LeaseScene {
  var now = Timestamp(microseconds: 1_795_000_000_000_000)
  var budget = Capacity(
    rate: Rate(microRPS: 1_000_000), burst: 4, concurrency: 4, workers: 4,
    dailyRequests: 1_000_000)
  var site = Capacity(
    rate: Rate(microRPS: 10_000_000), burst: 8, concurrency: 8, workers: nil,
    dailyRequests: 1_000_000)
  var budgetOpening = Opening(.always, in: .utc)
  var siteOpening = Opening(.always, in: .utc)
  var holdUntil: Timestamp?
  var standing = GrantFacts.Standing.inForce
  var startsAt = Timestamp(microseconds: 1_790_000_000_000_000)
  var endsAt = Timestamp(microseconds: 5_000_000_000_000_000)
  var builds: [Digest] = []
  var tokenBlocks: [GrantFacts.TokenBlock] = []
  var evidence = GrantFacts.Evidence.recordedIsEnough
  var evidenceExpiresAt: Timestamp?
  var replacedAt: Timestamp?
  var keyEndsAt = Timestamp(microseconds: 5_000_000_000_000_000)
  var leftInTotal: Int64 = 1_000_000_000
  var locks: [Lock] = []
  var waiting: [Waiter] = []
  /// What other budgets hold of the site.
  var rivals: [Occupant] = []
  var breakers: [Breaker] = []
  var leases: [Lease] = []
  var accounts: [LeaseID: LeaseAccount] = [:]
  /// Reserved by scope and day.
  var spent: [String: Int64] = [:]

  let pool = PoolID.make(at: Timestamp(microseconds: 1))
  let grantID = GrantID.make(at: Timestamp(microseconds: 1))
  let proposal = ProposalID.make(at: Timestamp(microseconds: 1))
  let budgetID = BudgetID.make(at: Timestamp(microseconds: 1))
  let siteID = SiteID.make(at: Timestamp(microseconds: 1))

  var ground: LeaseGround {
    LeaseGround(
      now: now,
      grant: GrantFacts(
        id: grantID, proposal: proposal, digest: .zero, tier: .t0, standing: standing,
        startsAt: startsAt, endsAt: endsAt,
        instants: GrantInstants(
          endsAt: endsAt, replacedAt: replacedAt, evidenceExpiresAt: evidenceExpiresAt),
        pools: [pool], buildDigests: builds, tokenBlocks: tokenBlocks, evidence: evidence),
      budget: scope(.budget(budgetID), budget, budgetOpening),
      sites: [scope(.site(siteID), site, siteOpening)], locks: locks, keyEndsAt: keyEndsAt,
      leftInTotal: leftInTotal, waiting: waiting, breakers: breakers)
  }

  /// What a lease looks at that goes on.
  func ground(of lease: Lease) -> LeaseGround {
    let ground = ground
    return LeaseGround(
      now: now, grant: ground.grant, budget: ground.budget, sites: ground.sites, locks: locks,
      keyEndsAt: keyEndsAt, leftInTotal: leftInTotal, waiting: waiting, breakers: breakers,
      standing: accounts[lease.id].map { account in
        LeaseGround.Standing(
          account: account,
          days: [
            .budget(budgetID): lease.term.day,
            .site(siteID): siteOpening.zone.date(at: lease.startedAt),
          ])
      })
  }

  var actor: Actor {
    Actor(subject: .pool(pool), method: .poolKey, credential: nil, request: nil)
  }

  func request(
    worker: WorkerID? = nil, wish: Rate? = nil, pool: PoolID? = nil, build: Digest? = nil,
    held: Lease? = nil
  ) throws -> LeaseRequest {
    LeaseRequest(
      lease: LeaseID.make(at: now), pool: pool ?? self.pool,
      worker: worker ?? WorkerID.make(at: now), enforcementPoint: .pool(self.pool),
      credential: "key", hosts: [try Host("www.example.com")], wish: wish, buildDigest: build,
      held: held)
  }

  /// Grants and keeps the lease.
  mutating func grant(_ request: LeaseRequest) throws(Refusals) -> Lease {
    let ruling = try Lease.granted(request, on: ground, by: actor)
    keep(ruling.subject)
    return ruling.subject.lease
  }

  /// Renews and keeps the lease.
  mutating func renew(
    _ lease: Lease, holding term: Int64? = nil, wish: Rate? = nil, by pool: PoolID? = nil
  ) throws(Refusals) -> Lease {
    let renewal = try lease.renewed(
      holding: term ?? lease.term.number, wish: wish, report: report, by: pool ?? self.pool,
      on: ground(of: lease))
    switch renewal {
    case .next(let issued):
      keep(issued)
      return issued.lease
    case .repeated(let lease): return lease
    }
  }

  var report: UsageReport {
    let body: JSON = [
      "from": JSON(now), "to": JSON(now), "requests": 3, "status": ["200": 3],
    ]
    do {
      return try JSONReader.read(body, as: .usageReport)
    } catch {
      preconditionFailure("the sample report reads: \(error)")
    }
  }

  private mutating func keep(_ issued: IssuedTerm) {
    leases.removeAll { $0.id == issued.lease.id }
    leases.append(issued.lease)
    for reservation in issued.reservations {
      spent["\(reservation.scope) \(reservation.day)", default: 0] +=
        reservation.used + reservation.reserved
    }
    accounts[issued.lease.id] = issued.account
    leftInTotal -= issued.total
  }

  private func scope(_ id: ScopeID, _ capacity: Capacity, _ opening: Opening) -> Scope {
    Scope(
      id: id, label: id.text, capacity: capacity, opening: opening,
      holdUntil: id == .site(siteID) ? holdUntil : nil, epoch: 0,
      spentToday: spent["\(id) \(opening.zone.date(at: now))"] ?? 0,
      occupants: leases.map(\.occupant) + (id == .site(siteID) ? rivals : []))
  }

  /// Somebody who waits for the budget since so many seconds.
  func waiter(
    _ worker: WorkerID? = nil, wish: Rate? = nil, seconds: Int64 = 0, scope: ScopeID? = nil
  ) -> Waiter {
    Waiter(
      worker: worker ?? WorkerID.make(at: now), budget: budgetID, granted: budget.rate,
      wish: wish ?? budget.rate, since: now + -seconds, scope: scope ?? .budget(budgetID))
  }

  /// What a lease of another budget holds of the site.
  ///
  /// - Parameter most: what a smaller site leaves it.
  func rival(
    _ rate: Rate, of budget: BudgetID, granted: Rate, wish: Rate? = nil, most: Rate? = nil
  ) -> Occupant {
    Occupant(
      lease: LeaseID.make(at: now), budget: budget, startedAt: now, wish: wish ?? granted,
      current: Portion(rate: rate, burst: 1, concurrency: 1), currentFreesAt: now + 63,
      previous: .none, previousFreesAt: nil, granted: granted, most: most)
  }
}

extension Timestamp {
  static func + (left: Timestamp, seconds: Int64) -> Timestamp { left.adding(seconds: seconds) }
}
