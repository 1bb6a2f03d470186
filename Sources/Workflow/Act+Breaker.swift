import Domain
import Postgres
import Store

/// A lease whose holder reports, as it stands behind the locks.
struct HearingScene: Sendable {
  let lease: Lease
  let ground: LeaseGround
  let lastReport: LastReport?
  /// The sites that the lease charges.
  let sites: [ChargedSite]
}

extension LeaseContext {
  /// The stream that a report may be logged in: it is locked before the scopes are, and only
  /// where the report has anything that could open a breaker.
  func stream(of report: UsageReport) -> StreamID? {
    let isNew = lastReport.map { report.to > $0.to } ?? true
    let isClean = isNew && HeardReport(report, of: view.lease).isClean
    return isClean ? nil : StreamID(grant.id)
  }
}

extension BreakerHearing {
  /// The breakers that are other than they were, once the lease has gone on or not.
  func moved(in scene: HearingScene, as issued: Lease? = nil) -> [Breaker] {
    let before = scene.ground.breakers
    return breakers.map { breaker in
      issued.map { breaker.leased($0, at: scene.ground.now) } ?? breaker
    }.filter { !before.contains($0) }
  }

  /// Whether something of the lease itself is told that was not known.
  func isMore(than scene: HearingScene) -> Bool {
    last != scene.lastReport || account != scene.ground.standing?.account
  }
}

extension Act {
  /// What a report means; nil where it is not one of the holder's on the term held, or comes long
  /// after the lease was over. Nothing is written yet.
  func hear(
    _ report: UsageReport, with occasion: BreakerHearing.Occasion, holding term: Int64,
    by holder: Lease.Returner, in scene: HearingScene, in tx: borrowing Transaction
  ) async throws -> BreakerHearing? {
    let (lease, now) = (scene.lease, scene.ground.now)
    guard lease.reports(on: term, by: holder, at: now) else { return nil }
    var breakers = scene.ground.breakers
    let unknown = breakers.filter { $0.baseline == .unknown }.map(\.host)
    if !unknown.isEmpty, HeardReport(report, of: lease).needsBaseline {
      let measured = try await BreakerStore.baselines(of: lease.budget, on: unknown, in: tx)
      breakers = breakers.map {
        $0.baseline == .unknown ? $0.measured(measured[$0.host]) : $0
      }
    }
    return try lease.heard(
      report, with: occasion, after: scene.lastReport, breakers: breakers,
      account: scene.ground.standing?.account, at: now)
  }

  /// Writes what was heard, behind everything else that the act has written.
  ///
  /// - Parameter issued: the lease as it went on; nil where it did not.
  /// - Returns: whether there was anything to write.
  @discardableResult
  func keep(
    _ heard: BreakerHearing, of scene: HearingScene, as issued: Lease? = nil,
    in tx: borrowing Transaction
  ) async throws -> Bool {
    let changed = heard.moved(in: scene, as: issued)
    for breaker in changed { BreakerStore.write(breaker, in: tx) }
    try await keepRest(of: heard, of: scene, as: issued, in: tx)
    return !changed.isEmpty || heard.isMore(than: scene)
  }

  /// The same without the breakers, which the caller has written.
  func keepRest(
    of heard: BreakerHearing, of scene: HearingScene, as issued: Lease? = nil,
    in tx: borrowing Transaction
  ) async throws {
    let now = scene.ground.now
    if issued == nil, let last = heard.last, last != scene.lastReport {
      BreakerStore.write(last, of: scene.lease.id, in: tx)
    }
    if issued == nil, let account = heard.account, let standing = scene.ground.standing {
      LeaseStore.record(account, of: scene.lease, from: standing, in: tx)
    }
    if issued == nil, heard.isNew {
      LeaseStore.record(heard.report, of: scene.lease, at: now, in: tx)
    }
    for change in heard.changes {
      var held: [ChargedSite] = []
      if let until = change.siteHeldUntil {
        held = ChargedSiteStore.nearest(to: change.breaker.host, among: scene.sites)
        for site in held { BreakerStore.hold(site.id, until: until, in: tx) }
      }
      try await BreakerStore.record(
        change.recorded(by: actor, at: now), holding: held, in: tx)
      if change.needsPeople { try await breakerNeedsPeople(change, in: tx) }
    }
  }

  /// A new lease is the one that tries a host whose breaker is half-open.
  func note(
    _ lease: Lease, in breakers: [Breaker], at now: Timestamp, in tx: borrowing Transaction
  ) {
    for breaker in breakers {
      let after = breaker.leased(lease, at: now)
      if after != breaker { BreakerStore.write(after, in: tx) }
    }
  }

  /// What follows where a breaker opened that only people lift: the grant stands still until two
  /// of them resume it (lifecycle, transitions 14 and 15), and an incident begins.
  func breakerNeedsPeople(
    _ change: BreakerHearing.Change, in tx: borrowing Transaction
  ) async throws {
    let cause = Suspension(
      .breaker, subject: change.breaker.host.text, since: change.opening.since)
    try await suspend(change.grant, for: cause, in: tx)
    try await openIncident(change.finding, in: tx)
  }

  /// Breakers of a grant that people have lifted are half-open from now on.
  func halfOpenBreakers(of grant: GrantID, in tx: borrowing Transaction) async throws {
    for breaker in try await BreakerStore.lock(of: grant, in: tx) {
      let after = breaker.resumed(at: now)
      if after != breaker { BreakerStore.write(after, in: tx) }
    }
  }
}
