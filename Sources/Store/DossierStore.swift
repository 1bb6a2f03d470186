package import Domain
package import Postgres

/// Dossiers of revisions: what is to be fetched, and what was.
package enum DossierStore {
  /// A host that a fetcher has taken.
  package struct Claim: Hashable, Sendable {
    package let proposal: ProposalID
    package let revisionNumber: Int64
    package let host: Host
    /// This one, from 1.
    package let attempt: Int64
    /// Whether everything but robots.txt is there already.
    package let isCompleted: Bool
  }

  /// Queues that the hosts of a new revision are to be fetched, each host once.
  package static func request(
    _ standings: [RobotsStanding], for revision: RevisionID, at now: Timestamp,
    in tx: borrowing Transaction
  ) {
    for standing in standings {
      tx.write(
        insertStanding,
        [
          .id(revision), .int64(Int64(standing.target)), .text(standing.host), .instant(now),
        ])
      guard !standing.isPattern else { continue }
      tx.write(insertRequest, [.id(revision), .text(standing.host), .instant(now)])
    }
  }

  /// Takes the host that has been due longest and that nobody else is asking; nil when there is
  /// none. Revisions that nobody is after any more are left alone.
  package static func claim(
    at now: Timestamp, seconds: Int64, in tx: borrowing Transaction
  ) async throws -> Claim? {
    // Two that look at once could take one host for two revisions.
    tx.write(lockClaims, [])
    return try await tx.oneOrNil(
      takeDue, [.instant(now), .instant(now.adding(seconds: seconds))]
    ).map { row in
      Claim(
        proposal: try row.identifier(0, of: ProposalKind.self),
        revisionNumber: try row.int64(1), host: try row.host(2), attempt: try row.int64(3),
        isCompleted: try row.bool(4))
    }
  }

  /// Keeps what was fetched. Gives the number of each item in their order.
  package static func record(
    _ ruling: Ruling<DossierEntry>, in tx: borrowing Transaction
  ) async throws -> [Int64] {
    let entry = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    var numbers: [Int64] = []
    for hashed in entry.items {
      let row = try await tx.one(
        insertItem,
        [
          .id(entry.revision), .text(entry.host.text), .text(hashed.item.kind.rawValue),
          .bytes(hashed.record.bytes), .digest(hashed.record.digest),
          .bytes(hashed.item.answer.content), .digest(hashed.content), .id(event),
          .instant(hashed.item.fetchedAt),
        ])
      numbers.append(try row.int64(0))
    }
    return numbers
  }

  /// Queues what a robots.txt means by now.
  package static func set(
    _ standings: [RobotsStanding], of revision: RevisionID, item: Int64, at now: Timestamp,
    in tx: borrowing Transaction
  ) {
    for standing in standings {
      tx.write(
        upsertStanding,
        [
          .id(revision), .int64(Int64(standing.target)), .text(standing.host),
          .text(standing.verdict.rawValue), .text(standing.tokens.rawValue),
          .optional(int64: standing.crawlDelayMilliseconds), .int64(item), .instant(now),
        ])
    }
  }

  /// How a claim ends.
  package enum Ending: Sendable {
    /// robots.txt is recorded, the rest is still being fetched.
    case goingOn(answered: Bool)
    case completed
  }

  /// Queues when the host is due next.
  package static func release(
    _ host: Host, of revision: RevisionID, dueAt: Timestamp, _ ending: Ending,
    in tx: borrowing Transaction
  ) {
    switch ending {
    case .goingOn(let answered):
      tx.write(
        updateAnswered, [.id(revision), .text(host.text), .instant(dueAt), .bool(answered)])
    case .completed:
      tx.write(updateCompleted, [.id(revision), .text(host.text), .instant(dueAt)])
    }
  }

  /// In order of target and host.
  package static func standings(
    of revision: RevisionID, in tx: borrowing Transaction
  ) async throws -> [RobotsStanding] {
    try await tx.query(selectStandings, [.id(revision)]).map { row in
      RobotsStanding(
        target: Int(try row.int64(0)), host: try row.text(1),
        verdict: try row.decoded(2, RobotsStanding.Verdict(rawValue: try row.text(2))),
        tokens: try row.decoded(3, RobotsStanding.Tokens(rawValue: try row.text(3))),
        crawlDelayMilliseconds: try row.int64OrNil(4))
    }
  }

  /// Items of a revision without their contents, newest first, one of each host and kind but
  /// for response times; robots.txt with theirs.
  package static func items(
    of revision: RevisionID, in tx: borrowing Transaction
  ) async throws -> [StoredItem] {
    try await tx.query(selectItems, [.id(revision)]).map(item)
  }

  /// One item with its content.
  package static func item(
    _ n: Int64, of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> StoredItem? {
    try await tx.oneOrNil(selectItem, [.int64(n), .id(proposal)]).map(item)
  }

  /// Asks for a host that a lease has named and a pattern of its budget covers; a host that is
  /// asked for already stays as it is.
  package static func request(
    _ host: Host, forGrant grant: GrantID, target: Int64, at now: Timestamp,
    in tx: borrowing Transaction
  ) {
    tx.write(
      insertRequestOfGrant, [.id(grant), .text(host.text), .int64(target), .instant(now)])
  }

  private static func item(_ row: Row) throws -> StoredItem {
    StoredItem(
      n: try row.int64(0), host: try row.text(1),
      kind: try row.decoded(2, DossierItem.Kind(rawValue: try row.text(2))),
      record: try row.bytes(3), recordDigest: try row.digest(4), contentDigest: try row.digest(5),
      event: try row.identifier(6, of: EventKind.self), content: try row.bytesOrNil(7))
  }
}

extension Row {
  fileprivate func host(_ column: Int) throws -> Host {
    do {
      return try Host(try text(column))
    } catch is HostError {
      return try decoded(column, nil)
    }
  }
}
