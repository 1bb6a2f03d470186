extension Lease {
  /// A new chain with its first term.
  ///
  /// Refusals, all at once: stops, grant, hours, quotas, and, where nothing else stands in the
  /// way, capacity.
  package static func granted(
    _ request: LeaseRequest, on ground: LeaseGround, by actor: Actor
  ) throws(Refusals) -> Ruling<IssuedTerm> {
    let now = ground.now
    var refusals = ground.grant.refusals(ofPool: request.pool, build: request.buildDigest)
    refusals += ground.refusals + ground.stops(of: request.lease)
    if let held = request.held, held.state(at: now) == .live {
      refusals.append(.leaseExists(lease: held.id, until: held.term.expiresAt))
    }
    let wish = request.wish ?? ground.budget.capacity.rate
    let offer = LeaseOffer(
      on: ground,
      for: Claim(
        lease: request.lease, worker: request.worker, startedAt: now, term: 0, wish: wish))
    try Refusals.check(refusals + offer.refusals)

    let term = LeaseTerm(
      number: 1, portion: offer.portion, quota: offer.quota, day: ground.budget.day(at: now),
      issuedAt: now, expiresAt: offer.expiresAt)
    guard case .budget(let budget) = ground.budget.id else {
      preconditionFailure("a lease is a share of a budget")
    }
    let lease = Lease(
      id: request.lease, grant: ground.grant.id, budget: budget, pool: request.pool,
      worker: request.worker, enforcementPoint: request.enforcementPoint,
      credential: request.credential, hosts: request.hosts, buildDigest: request.buildDigest,
      startedAt: now, term: term, previous: nil, wish: wish, ended: nil)
    return Ruling(
      IssuedTerm(lease: lease, on: ground, report: nil),
      LogEntry(
        .leaseGranted, stream: StreamID(lease.grant),
        object: EventObject("lease", lease.id.text), by: actor, at: now,
        detail: lease.grantedDetail))
  }

  private var grantedDetail: JSONObject {
    [
      "budget": JSON(budget), "worker": JSON(worker),
      "enforcement_point": .string(enforcementPoint.id),
      "hosts": .array(hosts.map { .string($0.text) }),
      "rate_urps": JSON(term.portion.rate.microRPS), "burst": JSON(term.portion.burst),
      "concurrency": JSON(term.portion.concurrency), "quota": JSON(term.quota),
      "day": JSON(term.day), "expires_at": JSON(term.expiresAt),
    ]
  }
}
