package import Domain
import Ledger
package import Postgres
import Store

extension Act {
  /// Opens an incident about what the service found by itself, in the transaction of whatever
  /// found it. While one of the same cause on the same subject is open, what is found again
  /// becomes an entry of that one: its links are added, and beyond `Incident.serviceEntriesMax`
  /// entries nothing more is.
  ///
  /// Its row and its stream are locked last: call it after everything else that the transaction
  /// locks. Grants that can send to a linked site are linked by themselves. It reads no policy.
  /// - Returns: the incident that is open now.
  @discardableResult
  package func openIncident(
    _ finding: IncidentFinding, in tx: borrowing Transaction
  ) async throws -> IncidentID {
    let digest = Digest.sha256(of: Array(finding.note.utf8))
    let wide = try await widened(finding.links, since: finding.startedAt ?? now, in: tx)
    // A lock that answers another incident stays where it is.
    let taken = try await taken(wide, besides: nil, in: tx)
    let links = wide.filter { link in link.lock.map { taken[$0] == nil } ?? true }
    let newest = try await IncidentStore.newest(of: finding.cause, in: tx)
    // Somebody may close it until its row is locked.
    if let newest, newest.isOpen,
      let incident = try await IncidentStore.lock(.id(newest.id), in: tx), incident.isOpen
    {
      try await add(finding, about: links, to: incident, digest: digest, in: tx)
      return incident.id
    }
    let ruling = Incident.found(
      finding.with(links), before: newest?.id, regards: try await regards(of: links, in: tx),
      policy: try await PolicyStore.active(in: tx)?.version, digest: digest, by: time, at: now)
    _ = try await IncidentStore.record(opened: ruling, in: tx)
    return ruling.subject.id
  }

  private func add(
    _ finding: IncidentFinding, about links: [IncidentLink], to incident: Incident,
    digest: Digest, in tx: borrowing Transaction
  ) async throws {
    guard incident.takesFindings else { return }
    let regards = try await regards(of: links, in: tx)
    if let linking = try incident.linked(
      to: incident.fitting(links), taken: [:], regards: regards, by: time, at: now)
    {
      try await IncidentStore.record(linking, in: tx)
    }
    try await IncidentStore.record(
      try incident.adding(
        finding.stage, note: finding.note, clocks: [], digest: digest, person: nil, by: time,
        at: now), in: tx)
  }

  /// Links an incident to more, with the grants that can send to the sites among it.
  ///
  /// - Returns: whether anything of it was new.
  @discardableResult
  func link(
    _ reference: IncidentReference, to links: [IncidentLink], in tx: borrowing Transaction
  ) async throws -> Bool {
    guard let seen = try await IncidentStore.find(reference, in: tx) else {
      throw reference.missing
    }
    let wide = try await widened(links, since: seen.startedAt ?? seen.noticedAt, in: tx)
    let regards = try await regards(of: wide, in: tx)
    let taken = try await taken(wide, besides: seen.id, in: tx)
    guard let incident = try await IncidentStore.lock(.id(seen.id), in: tx) else {
      throw reference.missing
    }
    // What comes by itself is left out where there is no room; what was asked for is not.
    let fitting = incident.fitting(wide)
    guard
      let ruling = try incident.linked(
        to: wide.filter { links.contains($0) || fitting.contains($0) }, taken: taken,
        regards: regards, by: actor, at: now)
    else { return false }
    try await IncidentStore.record(ruling, in: tx)
    return true
  }

  /// Locks among these links that belong to another incident; nobody links one of them until the
  /// transaction ends.
  func taken(
    _ links: [IncidentLink], besides incident: IncidentID?, in tx: borrowing Transaction
  ) async throws -> [LockID: IncidentID] {
    let locks = links.compactMap(\.lock)
    if locks.isEmpty { return [:] }
    return try await IncidentStore.holding(locks, in: tx).filter { $0.value != incident }
  }

  /// The links with the grants that could send to their sites since then.
  func widened(
    _ links: [IncidentLink], since: Timestamp, in tx: borrowing Transaction
  ) async throws -> [IncidentLink] {
    let grants = try await OutageStore.grants(
      reaching: links.compactMap(\.site), since: since, at: now, in: tx)
    return links + grants.filter { !links.contains(.grant($0)) }.map { .grant($0) }
  }

  /// What is known of the sites among the links.
  func regards(
    of links: [IncidentLink], in tx: borrowing Transaction
  ) async throws -> [Host: SiteRegard] {
    try await OutageStore.regards(
      of: links.compactMap(\.site), grants: links.compactMap(\.grant), in: tx)
  }
}

extension IncidentReference {
  /// The refusal for an incident that does not exist.
  var missing: Refusals { Refusals(.notFound(kind: "incident", id: text)) }
}
