package import Domain
package import Postgres

/// Leases with their terms.
package enum LeaseStore {
  package static func find(
    _ id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseView? {
    try await tx.oneOrNil(select, [.ids([id])]).map(view)
  }

  /// Everything that takes up scopes, by scope: the rows of `selectOccupants`.
  static func occupants(_ rows: Rows) throws -> [ScopeID: [Occupant]] {
    var found: [ScopeID: [Occupant]] = [:]
    for row in rows {
      let scope = try row.decoded(0, ScopeID(try row.text(0)))
      found[scope, default: []].append(try occupant(row))
    }
    return found
  }

  /// What a list is asked for.
  package struct Filter: Hashable, Sendable {
    package let grant: String?
    package let siteHost: String?
    /// Only a pool's own.
    package let pool: PoolID?
    /// Only those that run at this instant.
    package let liveAt: Timestamp?

    package init(grant: String?, siteHost: String?, pool: PoolID?, liveAt: Timestamp?) {
      self.grant = grant
      self.siteHost = siteHost
      self.pool = pool
      self.liveAt = liveAt
    }
  }

  /// Leases after `id` in order of id, which is the order in which they were granted.
  package static func list(
    _ filter: Filter, after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [LeaseView] {
    try await tx.query(
      selectPage,
      [
        .text(id), .optional(text: filter.grant), .optional(text: filter.siteHost),
        .optional(text: filter.pool?.text), .instant(filter.liveAt), .int64(limit),
      ]
    ).map(view)
  }

  /// How far a stop has come to one of those who enforce leases under it.
  package struct Reach: Hashable, Sendable {
    /// The gateway's name, or the pool's id.
    package let point: String
    /// Leases under the stop that still run, and until when.
    package let liveCount: Int64
    package let lastExpiry: Timestamp?
    /// When it was first heard to have taken in the stop; nil: not yet, or more than seven days
    /// ago.
    package let seenAt: Timestamp?
  }

  /// Everybody who enforced a lease under a stop while it stood, in order of name.
  package static func reach(
    of lock: Lock, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [Reach] {
    try await tx.query(
      selectReach,
      [
        .text(lock.scope.kind.rawValue), .optional(text: lock.scope.id), .instant(now),
        .instant(lock.lockedAt), .instant(lock.releasedAt), .id(lock.id),
      ]
    ).map { row in
      Reach(
        point: try row.text(0), liveCount: try row.int64(1),
        lastExpiry: try row.instantOrNil(2), seenAt: try row.instantOrNil(3))
    }
  }

  /// Queues a new chain with what it reserves, behind the head of the grant's stream.
  package static func record(
    _ ruling: Ruling<IssuedTerm>, behind head: LogHead, in tx: borrowing Transaction
  ) throws {
    let lease = ruling.subject.lease
    tx.write(
      insert,
      [
        .id(lease.id), .id(lease.grant), .id(lease.budget), .id(lease.pool), .id(lease.worker),
        .text(lease.enforcementPoint.id), .text(lease.credential),
        .textArray(lease.hosts.map(\.text)), .optional(text: lease.buildDigest?.description),
        .instant(lease.startedAt), .int64(lease.term.portion.rate.microRPS),
        .int64(lease.term.portion.burst), .int64(lease.term.portion.concurrency),
        .int64(lease.term.quota), .date(lease.term.day), .int64(lease.wish.microRPS),
        .instant(lease.term.issuedAt), .instant(lease.term.expiresAt), .instant(lease.freesAt),
      ] + columns(ruling.subject.account))
    insertTerms([ruling.subject], in: tx)
    WaitStore.leave(lease.worker, lease.budget, in: tx)
    ScopeStore.charge([ruling.subject], in: tx)
    try LogStore.append(ruling.entry, behind: head, in: tx)
  }

  /// The next term of a chain, as it is recorded.
  package struct Renewed: Sendable {
    package let issued: IssuedTerm
    /// The newest report of it that was counted.
    package let lastReport: LastReport?

    package init(issued: IssuedTerm, lastReport: LastReport?) {
      self.issued = issued
      self.lastReport = lastReport
    }
  }

  /// Queues the next terms of chains of one budget, each chain once; they are the journal's rows,
  /// not events of the log.
  package static func record(_ renewed: [Renewed], in tx: borrowing Transaction) {
    if renewed.isEmpty { return }
    let issued = renewed.map(\.issued)
    update(issued, lastReports: renewed.map(\.lastReport), in: tx)
    insertTerms(issued, in: tx)
    ScopeStore.charge(issued, in: tx)
  }

  /// Queues the end of a chain with the last report, behind the head of the grant's stream.
  ///
  /// - Parameter standing: what the lease had in its scopes before.
  package static func record(
    _ ruling: Ruling<Lease.ReturnedLease>, from standing: LeaseGround.Standing?,
    behind head: LogHead, in tx: borrowing Transaction
  ) throws {
    let (lease, report) = (ruling.subject.lease, ruling.subject.report)
    let account = ruling.subject.account
    guard let ended = lease.ended else { preconditionFailure("a returned lease has ended") }
    tx.write(
      updateEnded,
      [
        .id(lease.id), .instant(ended.at), .text(ended.cause.rawValue),
        .instant(ended.freesAt),
        .text(String(decoding: report.json.bytes(), as: UTF8.self)),
        ended.freesAt <= ended.at ? .instant(ended.at) : .null,
      ] + columns(account))
    if let standing { ScopeStore.settle(lease.budget, standing, as: account, in: tx) }
    try LogStore.append(ruling.entry, behind: head, in: tx)
  }

  /// Queues what a report came to that no next term came with, as long as the chain has not ended.
  package static func record(
    _ account: LeaseAccount, of lease: Lease, from standing: LeaseGround.Standing,
    in tx: borrowing Transaction
  ) {
    guard account != standing.account else { return }
    tx.write(updateAccount, [.id(lease.id)] + columns(account))
    ScopeStore.settle(lease.budget, standing, as: account, in: tx)
  }

  /// Queues what a report told with which no next term and no end came: the journal has no row for
  /// it, so that it is kept by the minute at once.
  package static func record(
    _ report: UsageReport, of lease: Lease, at now: Timestamp, in tx: borrowing Transaction
  ) {
    tx.write(
      keepReport,
      [
        .id(lease.budget), .textArray(lease.hosts.map(\.text)), .date(lease.term.day),
        .instant(lease.term.issuedAt), .instant(min(now, lease.term.expiresAt)),
        .text(String(decoding: report.json.bytes(), as: UTF8.self)),
      ])
  }

  /// An account as the rows of leases have it, in the order of their columns.
  static func columns(_ account: LeaseAccount) -> [Parameter] {
    [
      .int64(account.used), .int64(account.bound), .instant(account.coveredUntil),
      .int64Array(account.open.map(\.quota)),
      .int64Array(account.open.map(\.freesAt.microseconds)),
    ]
  }

  private static func update(
    _ issued: [IssuedTerm], lastReports: [LastReport?], in tx: borrowing Transaction
  ) {
    let (leases, accounts) = (issued.map(\.lease), issued.map(\.account))
    let (terms, previous) = (leases.map(\.term), leases.map(\.previous))
    tx.write(
      updateTerms,
      [
        .ids(leases.map(\.id)), .int64Array(terms.map(\.number)),
        .int64Array(terms.map(\.portion.rate.microRPS)), .int64Array(terms.map(\.portion.burst)),
        .int64Array(terms.map(\.portion.concurrency)), .int64Array(terms.map(\.quota)),
        .days(terms.map(\.day)), .int64Array(leases.map(\.wish.microRPS)),
        .instants(terms.map(\.issuedAt)), .instants(terms.map(\.expiresAt)),
        .int64Array(previous.map { $0?.portion.rate.microRPS ?? 0 }),
        .int64Array(previous.map { $0?.portion.burst ?? 0 }),
        .int64Array(previous.map { $0?.portion.concurrency ?? 0 }),
        .instants(previous.map { $0?.expiresAt }), .instants(leases.map(\.freesAt)),
        .int64Array(lastReports.map { $0?.term ?? 0 }), .instants(lastReports.map { $0?.to }),
        .instants(lastReports.map { $0?.at }), .textArray(leases.map(\.credential)),
        .int64Array(accounts.map(\.used)), .int64Array(accounts.map(\.bound)),
        .instants(accounts.map(\.coveredUntil)),
        .textArray(accounts.map { literal($0.open.map(\.quota)) }),
        .textArray(accounts.map { literal($0.open.map(\.freesAt.microseconds)) }),
      ])
  }

  /// An array's text: arrays of different lengths do not fit into one.
  private static func literal(_ values: [Int64]) -> String {
    "{" + values.map(String.init).joined(separator: ",") + "}"
  }

  private static func insertTerms(_ issued: [IssuedTerm], in tx: borrowing Transaction) {
    let terms = issued.map(\.lease.term)
    tx.write(
      insertTerms,
      [
        .ids(issued.map(\.lease.id)), .int64Array(terms.map(\.number)),
        .int64Array(terms.map(\.portion.rate.microRPS)), .int64Array(terms.map(\.portion.burst)),
        .int64Array(terms.map(\.portion.concurrency)), .int64Array(terms.map(\.quota)),
        .days(terms.map(\.day)), .instants(terms.map(\.issuedAt)),
        .instants(terms.map(\.expiresAt)),
        .textArray(
          issued.map { $0.report.map { String(decoding: $0.json.bytes(), as: UTF8.self) } ?? "" }),
      ])
  }
}
