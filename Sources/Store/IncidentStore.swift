package import Domain
package import Postgres

/// Incidents with their entries, links, owners and ends.
package enum IncidentStore {
  package static func find(
    _ reference: IncidentReference, in tx: borrowing Transaction
  ) async throws -> Incident? {
    guard let row = try await tx.oneOrNil(selectID, reference.parameters) else { return nil }
    return try await incidents([try row.text(0)], in: tx).first
  }

  /// The incident, with its row locked until the transaction ends: what is added, and its end,
  /// come one after the other.
  ///
  /// It is the last lock of a transaction but those of streams that are about the incident.
  package static func lock(
    _ reference: IncidentReference, in tx: borrowing Transaction
  ) async throws -> Incident? {
    guard let row = try await tx.oneOrNil(lockID, reference.parameters) else { return nil }
    return try await incidents([try row.text(0)], in: tx).first
  }

  /// The newest incident of what the service found; no other of the same finding is made until
  /// the transaction ends.
  package static func newest(
    of cause: IncidentCause, in tx: borrowing Transaction
  ) async throws -> (id: IncidentID, isOpen: Bool)? {
    let key = "incident \(cause.kind.rawValue) \(cause.subject)"
    try await tx.execute(lockCause, [.text(key)])
    return try await tx.oneOrNil(
      selectNewest, [.text(cause.kind.rawValue), .text(cause.subject)]
    ).map { row in (try row.identifier(0, of: IncidentKind.self), try row.bool(1)) }
  }

  /// Which of a list is asked for.
  package struct Filter: Hashable, Sendable {
    package var isOpen: Bool?
    package var source: Incident.Source?
    package var site: Host?
    package var grant: GrantID?
    package var owner: PersonID?

    package init() {}
  }

  /// Incidents before a number, the newest first.
  package static func list(
    _ filter: Filter, before number: Int64?, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Incident] {
    let rows = try await tx.query(
      selectPage,
      [
        .int64(number ?? .max), .optional(open: filter.isOpen),
        .optional(text: filter.source?.rawValue), .optional(text: filter.site?.text),
        .id(filter.grant), .id(filter.owner), .int64(limit),
      ])
    return try await incidents(try rows.map { try $0.text(0) }, in: tx)
  }

  /// Every open incident, the oldest first.
  package static func open(
    limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Incident] {
    let rows = try await tx.query(selectOpen, [.int64(limit)])
    return try await incidents(try rows.map { try $0.text(0) }, in: tx).reversed()
  }

  /// Other open incidents of a site.
  package static func open(
    on site: Host, except incident: IncidentID, in tx: borrowing Transaction
  ) async throws -> [Incident] {
    let rows = try await tx.query(selectOpenOnSite, [.text(site.text), .id(incident)])
    return try await incidents(try rows.map { try $0.text(0) }, in: tx)
  }

  /// The incidents that go on with this one, oldest first.
  package static func followers(
    of incident: IncidentID, in tx: borrowing Transaction
  ) async throws -> [IncidentID] {
    try await tx.query(selectFollowers, [.id(incident)]).map { row in
      try row.identifier(0, of: IncidentKind.self)
    }
  }

  /// Those of these locks that belong to an incident, and to which; their rows are locked until
  /// the transaction ends.
  package static func holding(
    _ locks: [LockID], in tx: borrowing Transaction
  ) async throws -> [LockID: IncidentID] {
    _ = try await tx.query(lockLocks, [.textArray(locks.map(\.text))])
    var found: [LockID: IncidentID] = [:]
    for row in try await tx.query(selectOfLocks, [.textArray(locks.map(\.text))]) {
      found[try row.identifier(0, of: LockKind.self)] =
        try row.identifier(1, of: IncidentKind.self)
    }
    return found
  }

  /// Of links to locks and grants those that lead nowhere.
  package static func missing(
    among links: [IncidentLink], in tx: borrowing Transaction
  ) async throws -> [IncidentLink] {
    let ids = links.filter { $0.site == nil }
    guard !ids.isEmpty else { return [] }
    let rows = try await tx.query(selectThere, [.textArray(ids.map(\.id))])
    let there = Set(try rows.map { try $0.text(0) })
    return ids.filter { !there.contains($0.id) }
  }

  // MARK: - Parts

  /// The incidents of these ids, the newest first, with everything that belongs to them.
  private static func incidents(
    _ ids: [String], in tx: borrowing Transaction
  ) async throws -> [Incident] {
    guard !ids.isEmpty else { return [] }
    let asked = [Parameter.textArray(ids)]
    let rows = try await tx.query([
      Lookup(selectIncidents, asked), Lookup(selectEntries, asked), Lookup(selectLinks, asked),
      Lookup(selectOutages, asked),
    ])
    let entries = try grouped(rows[1], by: entry)
    let links = try grouped(rows[2], by: link)
    let outages = try grouped(rows[3]) { row in
      (try row.decoded(1, host(try row.text(1))), try row.int64(2))
    }
    return try rows[0].map { row in
      let id = try row.text(0)
      return try incident(
        row, entries[id] ?? [], links[id] ?? [],
        Dictionary(outages[id] ?? [], uniquingKeysWith: { first, _ in first }))
    }
  }

  /// Rows by the id in their first column.
  private static func grouped<Part>(
    _ rows: Rows, by part: (Row) throws -> Part
  ) throws -> [String: [Part]] {
    var groups: [String: [Part]] = [:]
    for row in rows { groups[try row.text(0), default: []].append(try part(row)) }
    return groups
  }

  private static func incident(
    _ row: Row, _ entries: [IncidentEntry], _ links: [LinkedSubject], _ outages: [Host: Int64]
  ) throws -> Incident {
    let id = try row.identifier(0, of: IncidentKind.self)
    let cause = try row.textOrNil(3).map { name in
      IncidentCause(try row.decoded(3, IncidentCause.Kind(rawValue: name)), on: try row.text(4))
    }
    let closure = try row.instantOrNil(15).map { at in
      IncidentClosure(
        incident: id, person: try row.identifier(13, of: PersonKind.self),
        identity: try row.identifier(14, of: PersonKind.self), at: at, outages: outages,
        reason: try row.textOrNil(16) ?? "")
    }
    return Incident(
      id: id, number: try row.int64(1),
      source: try row.decoded(2, Incident.Source(rawValue: try row.text(2))), cause: cause,
      summary: try row.text(5), noticedAt: try row.instant(6),
      startedAt: try row.instantOrNil(7),
      openedBy: try row.identifierOrNil(8, of: PersonKind.self),
      openedAt: try row.instant(9), policy: try row.int64OrNil(10),
      follows: try row.identifierOrNil(11, of: IncidentKind.self),
      owner: try row.identifierOrNil(12, of: PersonKind.self), entries: entries, links: links,
      closure: closure)
  }

  private static func entry(_ row: Row) throws -> IncidentEntry {
    var impact: IncidentImpact?
    if let site = try row.textOrNil(7) {
      impact = IncidentImpact(
        site: try row.decoded(7, host(site)),
        span: OutageSpan(from: try row.instant(8), to: try row.instant(9)),
        service: try row.decoded(10, IncidentImpact.Service(rawValue: try row.text(10))),
        users: try row.int64OrNil(11),
        sent: SentRequests(reported: try row.int64(12), unreportedMax: try row.int64(13)))
    }
    return IncidentEntry(
      n: try row.int64(1), stage: try row.decoded(2, Incident.Stage(rawValue: try row.text(2))),
      note: try row.text(3), author: try row.identifierOrNil(4, of: PersonKind.self),
      at: try row.instant(6), meets: try row.textArray(5), impact: impact)
  }

  private static func link(_ row: Row) throws -> LinkedSubject {
    let kind = try row.textOrNil(4)
    let link: IncidentLink
    if let lock = try row.identifierOrNil(1, of: LockKind.self) {
      link = .lock(lock)
    } else if let grant = try row.identifierOrNil(2, of: GrantKind.self) {
      link = .grant(grant)
    } else {
      link = .site(try row.decoded(3, host(try row.text(3))))
    }
    return LinkedSubject(
      link, operatorKind: try kind.map { try row.decoded(4, OperatorKind(rawValue: $0)) },
      users: try row.int64OrNil(5), at: try row.instant(6))
  }

  static func host(_ text: String) -> Host? {
    do { return try Host(text) } catch { return nil }
  }
}

extension IncidentReference {
  fileprivate var parameters: [Parameter] {
    switch self {
    case .id(let id): [.id(id), .null]
    case .number(let number): [.null, .int64(number)]
    }
  }
}

extension Parameter {
  /// NULL for either.
  fileprivate static func optional(open: Bool?) -> Parameter { open.map { .bool($0) } ?? .null }
}
