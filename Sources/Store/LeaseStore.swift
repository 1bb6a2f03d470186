package import Domain
package import Postgres

/// Leases with their terms.
package enum LeaseStore {
  package static func find(
    _ id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseView? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(view)
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

  /// How many leases under a stop still run at `now`, until when, and who enforces them.
  package static func live(
    under scope: LockScope, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> (count: Int64, lastExpiry: Timestamp?, enforcementPoints: [String]) {
    let row = try await tx.one(
      selectLive, [.text(scope.kind.rawValue), .optional(text: scope.id), .instant(now)])
    return (try row.int64(0), try row.instantOrNil(1), try row.textArray(2))
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
      ])
    insertTerm(ruling.subject, in: tx)
    WaitStore.leave(lease.worker, lease.budget, in: tx)
    ScopeStore.charge(
      ruling.subject, new: ruling.subject.reservations.map(\.scope), in: tx)
    try LogStore.append(ruling.entry, behind: head, in: tx)
  }

  /// Queues the next term of a chain; it is the journal's row, not an event of the log.
  ///
  /// - Parameter charged: the sites that count the lease already.
  package static func record(
    _ issued: IssuedTerm, charged: [ChargedSite], in tx: borrowing Transaction
  ) {
    let lease = issued.lease
    let previous = lease.previous
    tx.write(
      updateTerm,
      [
        .id(lease.id), .int64(lease.term.number), .int64(lease.term.portion.rate.microRPS),
        .int64(lease.term.portion.burst), .int64(lease.term.portion.concurrency),
        .int64(lease.term.quota), .date(lease.term.day), .int64(lease.wish.microRPS),
        .instant(lease.term.issuedAt), .instant(lease.term.expiresAt),
        .int64(previous?.portion.rate.microRPS ?? 0), .int64(previous?.portion.burst ?? 0),
        .int64(previous?.portion.concurrency ?? 0), .instant(previous?.expiresAt),
        .instant(lease.freesAt),
      ])
    insertTerm(issued, in: tx)
    let known = Set(charged.map { ScopeID.site($0.id) }).union([.budget(lease.budget)])
    let new = issued.reservations.map(\.scope).filter { !known.contains($0) }
    ScopeStore.charge(issued, new: new, in: tx)
  }

  /// Queues the end of a chain with the last report, behind the head of the grant's stream.
  package static func record(
    _ ruling: Ruling<Lease.ReturnedLease>, behind head: LogHead, in tx: borrowing Transaction
  ) throws {
    let (lease, report) = (ruling.subject.lease, ruling.subject.report)
    guard let ended = lease.ended else { preconditionFailure("a returned lease has ended") }
    tx.write(
      updateEnded,
      [
        .id(lease.id), .instant(ended.at), .text(ended.cause.rawValue),
        .instant(ended.freesAt),
        .text(String(decoding: report.json.bytes(), as: UTF8.self)),
      ])
    try LogStore.append(ruling.entry, behind: head, in: tx)
  }

  private static func insertTerm(_ issued: IssuedTerm, in tx: borrowing Transaction) {
    let (lease, term) = (issued.lease, issued.lease.term)
    tx.write(
      insertOneTerm,
      [
        .id(lease.id), .int64(term.number), .int64(term.portion.rate.microRPS),
        .int64(term.portion.burst), .int64(term.portion.concurrency), .int64(term.quota),
        .date(term.day), .instant(term.issuedAt), .instant(term.expiresAt),
        .optional(
          text: issued.report.map { String(decoding: $0.json.bytes(), as: UTF8.self) }),
      ])
  }
}
