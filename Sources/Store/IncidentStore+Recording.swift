package import Domain
package import Postgres

extension IncidentStore {
  /// A new incident with its first entry, its owner and its links; the database gives the number.
  ///
  /// Whoever opens one for the service asked for the `newest` of the finding before.
  package static func record(
    opened ruling: Ruling<Incident>, in tx: borrowing Transaction
  ) async throws -> Int64 {
    let incident = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    let row = try await tx.one(
      insert,
      [
        .id(incident.id), .text(incident.source.rawValue),
        .optional(text: incident.cause?.kind.rawValue), .optional(text: incident.cause?.subject),
        .text(incident.summary), .instant(incident.noticedAt), .instant(incident.startedAt),
        .id(incident.openedBy), .instant(incident.openedAt),
        .optional(int64: incident.policy), .id(incident.follows), .id(event),
      ])
    for entry in incident.entries { insert(entry, of: incident.id, event: event, in: tx) }
    if let owner = incident.owner {
      tx.write(
        insertOwner, [.id(incident.id), .id(owner), .id(event), .instant(incident.openedAt)])
    }
    insert(incident.links, of: incident.id, from: 1, event: event, in: tx)
    return try row.int64(0)
  }

  package static func record(
    _ ruling: Ruling<AddedEntry>, in tx: borrowing Transaction
  ) async throws {
    let event = try await LogStore.append(ruling.entry, in: tx)
    insert(ruling.subject.entry, of: ruling.subject.incident, event: event, in: tx)
  }

  package static func record(
    _ ruling: Ruling<IncidentLinking>, in tx: borrowing Transaction
  ) async throws {
    let linking = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    insert(linking.links, of: linking.incident, from: linking.first, event: event, in: tx)
  }

  package static func record(
    _ ruling: Ruling<IncidentOwner>, in tx: borrowing Transaction
  ) async throws {
    let owner = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    tx.write(
      insertOwner, [.id(owner.incident), .id(owner.person), .id(event), .instant(owner.at)])
  }

  package static func record(
    _ ruling: Ruling<IncidentClosure>, in tx: borrowing Transaction
  ) async throws {
    let closure = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    LogStore.insertReason(closure.reason, of: event, in: tx)
    try await tx.execute(
      insertClosure,
      [
        .id(closure.incident), .id(closure.person), .id(closure.identity), .id(event),
        .instant(closure.at),
      ], rows: 1)
    for (site, seconds) in closure.outages.sorted(by: { $0.key < $1.key }) {
      tx.write(insertOutage, [.id(closure.incident), .text(site.text), .int64(seconds)])
    }
  }

  private static func insert(
    _ entry: IncidentEntry, of incident: IncidentID, event: EventID,
    in tx: borrowing Transaction
  ) {
    tx.write(
      insertEntry,
      [
        .id(incident), .int64(entry.n), .text(entry.stage.rawValue), .text(entry.note),
        .id(entry.author), .textArray(entry.meets), .id(event), .instant(entry.at),
      ])
    guard let impact = entry.impact else { return }
    tx.write(
      insertImpact,
      [
        .id(incident), .int64(entry.n), .text(impact.site.text), .instant(impact.span.from),
        .instant(impact.span.to), .text(impact.service.rawValue),
        .optional(int64: impact.users), .int64(impact.sent?.reported ?? 0),
        .int64(impact.sent?.unreportedMax ?? 0),
      ])
  }

  private static func insert(
    _ links: [LinkedSubject], of incident: IncidentID, from first: Int64, event: EventID,
    in tx: borrowing Transaction
  ) {
    for (index, linked) in links.enumerated() {
      tx.write(
        insertLink,
        [
          .id(incident), .int64(first + Int64(index)), .id(linked.link.lock),
          .id(linked.link.grant), .optional(text: linked.link.site?.text),
          .optional(text: linked.operatorKind?.rawValue), .optional(int64: linked.users),
          .id(event), .instant(linked.at),
        ])
    }
  }
}
