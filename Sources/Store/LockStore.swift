package import Domain
package import Postgres

/// Stops and their releases.
package enum LockStore {
  /// How long placing and lifting a stop waits for others; below the limit of any statement.
  static let lockTimeout = "4s"

  /// What a lock may cover of something that runs or is asked for.
  package struct Targets: Hashable, Sendable {
    package let proposal: ProposalID?
    package let grant: GrantID?
    package let pool: PoolID?
    package let worker: WorkerID?
    /// With every name above them.
    package let hosts: [Host]

    package init(
      proposal: ProposalID? = nil, grant: GrantID? = nil, pool: PoolID? = nil,
      worker: WorkerID? = nil, hosts: [Host] = []
    ) {
      self.proposal = proposal
      self.grant = grant
      self.pool = pool
      self.worker = worker
      self.hosts = hosts
    }

    /// Whether a stop on this covers any of it.
    package func fall(under scope: LockScope) -> Bool {
      switch scope {
      case .everything: true
      case .site(let host): hosts.contains { $0.selfAndParents.contains(host) }
      case .proposal(let id): proposal == id
      case .grant(let id): grant == id
      case .pool(let id): pool == id
      case .worker(let id): worker == id
      }
    }
  }

  /// The stops that stand and cover any of it; the oldest first.
  package static func active(
    covering targets: Targets, in tx: borrowing Transaction
  ) async throws -> [Lock] {
    try await locks(try await tx.query([selecting(coveringAnyOf: [targets])])[0], in: tx)
  }

  /// What `active` asks, for whoever asks several things together.
  static func selecting(coveringAnyOf targets: [Targets]) -> Lookup {
    let hosts = Set(targets.flatMap(\.hosts))
    return Lookup(
      selectCovering,
      [
        .textArray(Set(hosts.flatMap(\.selfAndParents).map(\.text)).sorted()),
        ids(targets.map(\.proposal)), ids(targets.map(\.grant)), ids(targets.map(\.pool)),
        ids(targets.map(\.worker)),
      ])
  }

  /// Each once.
  private static func ids<Kind>(_ ids: [Identifier<Kind>?]) -> Parameter {
    .ids(Set(ids.compactMap(\.self)).sorted())
  }

  /// The stops that stand on everything or on any of these: sites, proposals, grants.
  ///
  /// - Parameter hosts: with every name above them.
  package static func active(
    onAnyOf ids: [String], hosts: [Host], in tx: borrowing Transaction
  ) async throws -> [Lock] {
    let names = Set(hosts.flatMap(\.selfAndParents).map(\.text)).sorted()
    return try await locks(
      try await tx.query(selectOnAny, [.textArray(names), .textArray(ids)]), in: tx)
  }

  package static func find(_ id: LockID, in tx: borrowing Transaction) async throws -> Lock? {
    try await locks(try await tx.query(selectOne, [.id(id)]), in: tx).first
  }

  /// The lock, with its row locked until the transaction ends: two releases at once are one
  /// after the other.
  package static func lock(_ id: LockID, in tx: borrowing Transaction) async throws -> Lock? {
    guard try await tx.oneOrNil(lockOne, [.id(id)]) != nil else { return nil }
    return try await find(id, in: tx)
  }

  /// How many stops stand, by kind; kinds without any are absent.
  package static func countInForce(
    in tx: borrowing Transaction
  ) async throws -> [LockScope.Kind: Int64] {
    var counts: [LockScope.Kind: Int64] = [:]
    for row in try await tx.query(countInForce) {
      let kind = try row.decoded(0, LockScope.Kind(rawValue: try row.text(0)))
      counts[kind] = try row.int64(1)
    }
    return counts
  }

  /// Locks after `id` in order of id.
  package static func list(
    onlyActive: Bool, after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Lock] {
    let rows = try await tx.query(
      selectPage, [.text(id), .bool(onlyActive), .int64(limit)])
    return try await locks(rows, in: tx)
  }

  /// Queues that this transaction waits longer for its locks: a stop is not turned away by the
  /// traffic that it stops.
  package static func waitLonger(in tx: borrowing Transaction) {
    tx.write(setLockTimeout, [.text(lockTimeout)])
  }

  /// A new lock, or a lock with one release more.
  package static func record(
    _ ruling: Ruling<Lock>, in tx: borrowing Transaction
  ) async throws {
    let lock = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    if let release = lock.releases.last {
      tx.write(
        insertRelease,
        [
          .id(lock.id), .int64(Int64(lock.releases.count)), .id(release.person),
          .id(release.identity), .text(release.reason), .instant(release.at),
        ])
    } else {
      tx.write(
        insert,
        [
          .id(lock.id), .text(lock.scope.kind.rawValue), .optional(text: lock.scope.id),
          .text(lock.reason), .id(lock.lockedBy), .id(lock.identity),
          .textArray(lock.roles.map(\.rawValue)), .instant(lock.lockedAt),
        ])
      EpochStore.bump(
        EpochScope(lock.scope), for: .lock, because: event, at: lock.lockedAt, in: tx)
    }
  }

  /// Identities of requester, owners and editors of the proposal that the scope covers; none
  /// for other scopes.
  package static func parties(
    of scope: LockScope, in tx: borrowing Transaction
  ) async throws -> Set<PersonID> {
    switch scope {
    case .proposal, .grant: break
    case .everything, .site, .pool, .worker: return []
    }
    let rows = try await tx.query(selectParties, [.optional(text: scope.id)])
    return Set(try rows.map { row in try row.identifier(0, of: PersonKind.self) })
  }

  /// Whether the thing that a scope names exists; a site's host need not be registered.
  package static func exists(
    _ scope: LockScope, in tx: borrowing Transaction
  ) async throws -> Bool {
    switch scope {
    case .everything, .site: true
    case .proposal, .grant, .pool, .worker:
      try await tx.one(selectExistence, [.optional(text: scope.id)]).bool(0)
    }
  }

  /// The locks of these rows with their releases, which are asked for where there are any locks.
  static func locks(
    _ rows: Rows, in tx: borrowing Transaction
  ) async throws -> [Lock] {
    guard !rows.isEmpty else { return [] }
    var releases: [String: [Lock.Release]] = [:]
    let ids = [Parameter.textArray(try rows.map { row in try row.text(0) })]
    let parts = try await tx.query([
      Lookup(selectReleases, ids), Lookup(IncidentStore.selectOfLocks, ids),
    ])
    var incidents: [String: IncidentID] = [:]
    for row in parts[1] {
      incidents[try row.text(0)] = try row.identifier(1, of: IncidentKind.self)
    }
    for row in parts[0] {
      releases[try row.text(0), default: []].append(
        Lock.Release(
          person: try row.identifier(1, of: PersonKind.self),
          identity: try row.identifier(2, of: PersonKind.self), reason: try row.text(3),
          at: try row.instant(4)))
    }
    return try rows.map { row in
      let kind = try row.decoded(1, LockScope.Kind(rawValue: try row.text(1)))
      return Lock(
        id: try row.identifier(0, of: LockKind.self),
        scope: try row.decoded(2, LockScope(kind, id: try row.textOrNil(2))),
        reason: try row.text(3), lockedBy: try row.identifier(4, of: PersonKind.self),
        identity: try row.identifier(5, of: PersonKind.self), roles: try row.roles(6),
        lockedAt: try row.instant(7), releases: releases[try row.text(0)] ?? [],
        incident: incidents[try row.text(0)])
    }
  }
}
