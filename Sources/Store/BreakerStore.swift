package import Domain
package import Postgres

/// Breakers of budgets on hosts, the holds of sites, and the reports that moved them.
package enum BreakerStore {
  /// What is asked for together with the ground of a lease.
  static func selecting(_ budget: BudgetID, on hosts: [Host]) -> Lookup {
    Lookup(select, [.id(budget), .textArray(hosts.map(\.text))])
  }

  /// One breaker for each host, in their order: without a row it is closed.
  static func breakers(
    _ rows: Rows, of budget: BudgetID, on hosts: [Host]
  ) throws -> [Breaker] {
    let found = try rows.map(breaker)
    return hosts.map { host in
      found.first { $0.host == host } ?? Breaker(budget: budget, host: host)
    }
  }

  /// Reads three columns: term, until when, arrival.
  static func lastReport(_ row: Row, from first: Int) throws -> LastReport? {
    guard let term = try row.int64OrNil(first) else { return nil }
    return LastReport(
      term: term, to: try row.instant(first + 1), at: try row.instant(first + 2))
  }

  /// Every breaker of a grant's budgets, behind the locks of their scopes.
  package static func lock(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> [Breaker] {
    try await tx.query([Lookup(lockScopes, [.id(grant)]), Lookup(selectOfGrant, [.id(grant)])])[1]
      .map(breaker)
  }

  package static func all(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> [Breaker] {
    try await tx.query(selectOfGrant, [.id(grant)]).map(breaker)
  }

  /// Those of a grant, or on a site's hosts, after one of them, in order of budget and host.
  package static func list(
    grant: String?, site: Host?, after: (budget: String, host: String), limit: Int64,
    in tx: borrowing Transaction
  ) async throws -> [BreakerView] {
    try await tx.query(
      selectPage,
      [
        .text(after.budget), .text(after.host), .optional(text: grant),
        .optional(text: site?.text), .int64(limit),
      ]
    ).map { row in
      BreakerView(
        breaker: try breaker(row), grant: try row.identifier(14, of: GrantKind.self))
    }
  }

  /// The sites that the hosts lie in and that are held now.
  package static func holds(
    on hosts: [Host], at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [BreakerStop] {
    try await tx.query([selectingHolds(on: hosts, at: now)])[0].map(hold)
  }

  private static func selectingHolds(on hosts: [Host], at now: Timestamp) -> Lookup {
    let names = Set(hosts.flatMap(\.selfAndParents).map(\.text)).sorted()
    return Lookup(selectHolds, [.textArray(names), .instant(now)])
  }

  private static func hold(_ row: Row) throws -> BreakerStop {
    BreakerStop(.siteHeld, of: "site \(try row.text(0))", until: try row.instant(1))
  }

  /// What `stops` asks; whoever knows early that it will may say so.
  package static func stopping(_ lease: Lease, at now: Timestamp) -> [Lookup] {
    [selecting(lease.budget, on: lease.hosts), selectingHolds(on: lease.hosts, at: now)]
  }

  /// The breakers of a lease's hosts, and the sites above them that are held.
  package static func stops(
    of lease: Lease, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> (breakers: [Breaker], holds: [BreakerStop]) {
    let answers = try await tx.query(stopping(lease, at: now))
    return (
      try breakers(answers[0], of: lease.budget, on: lease.hosts), try answers[1].map(hold)
    )
  }

  /// How fast hosts answered when the dossier asked them, in milliseconds; the slowest of several
  /// answers. Hosts that were not measured are absent.
  package static func baselines(
    of budget: BudgetID, on hosts: [Host], in tx: borrowing Transaction
  ) async throws -> [Host: Int64] {
    var found: [Host: Int64] = [:]
    let rows = try await tx.query(
      selectBaselines, [.id(budget), .textArray(hosts.map(\.text))])
    for row in rows { found[try Host(try row.text(0))] = try row.int64(1) }
    return found
  }

  /// Queues a breaker as it is now; its budget's scope is locked.
  package static func write(_ breaker: Breaker, in tx: borrowing Transaction) {
    let row = BreakerRow(breaker)
    tx.write(
      upsert,
      [
        .id(breaker.budget), .text(breaker.host.text), .text(row.phase), .instant(row.since),
        .instant(row.until), .textArray(row.causes), .optional(text: row.liftedBy),
        .id(row.probe?.lease), .instant(row.probe?.freesAt),
        .int64Array(breaker.openings.map(\.seconds)), .int64(breaker.backOff),
        .instant(breaker.quietFrom), .int64(breaker.evidence.failuresBefore),
        .int64Array(row.tallies), .optional(int64: row.baseline),
      ])
  }

  /// Queues the event of an opening, once everything else of the act is queued: it stands behind
  /// whatever the act logged before. Tokens for the host, and for the sites that keep quiet, are
  /// void from now on.
  package static func record(
    _ ruling: Ruling<BreakerHearing.Change>, holding sites: [ChargedSite],
    in tx: borrowing Transaction
  ) async throws {
    let (breaker, entry) = (ruling.subject.breaker, ruling.entry)
    let event = try await LogStore.append(entry, in: tx)
    let scopes =
      [EpochScope.budget(breaker.budget, on: breaker.host)]
      + sites.map { EpochScope.site($0.host) }
    for scope in scopes {
      EpochStore.bump(scope, for: .hold, because: event, at: entry.at, in: tx)
    }
  }

  /// Queues that nothing is granted under a site before an instant; a longer hold stays.
  package static func hold(
    _ site: SiteID, until: Timestamp, in tx: borrowing Transaction
  ) {
    tx.write(updateHold, [.id(site), .instant(until)])
  }

  /// Queues which report of a lease was counted last, where no next term says so.
  package static func write(
    _ last: LastReport, of lease: LeaseID, in tx: borrowing Transaction
  ) {
    tx.write(
      updateLastReport,
      [.id(lease), .int64(last.term), .instant(last.to), .instant(last.at)])
  }
}
