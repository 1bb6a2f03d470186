package import Domain
package import Postgres

/// Who answers for a grant: attestations, handovers, and people who are gone.
package enum GrantPeopleStore {
  package static func record(
    _ ruling: Ruling<Attestation>, in tx: borrowing Transaction
  ) async throws {
    let attestation = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    tx.write(
      insertAttestation,
      [.id(event), .id(attestation.grant), .id(attestation.person), .instant(attestation.at)])
    tx.write(
      updateAttested,
      [
        .id(attestation.grant), .instant(attestation.countsFrom),
        .instant(GrantInstants.attestationMissed(after: attestation.countsFrom)),
      ])
  }

  /// An offer, or its acceptance, with which the part passes.
  package static func record(
    _ ruling: Ruling<Handover>, in tx: borrowing Transaction
  ) async throws {
    let handover = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    guard let acceptedAt = handover.acceptedAt else {
      tx.write(
        insertOffer,
        [
          .id(event), .id(handover.grant), .text(handover.part.rawValue), .id(handover.from),
          .id(handover.to), .id(handover.offeredBy), .instant(handover.offeredAt),
        ])
      return
    }
    tx.write(insertAcceptance, [.id(handover.offer), .id(event), .instant(acceptedAt)])
    tx.write(
      updateHolder,
      [.id(handover.grant), .text(handover.part.rawValue), .id(handover.to)])
    watchPeople(of: handover.grant, in: tx)
  }

  /// The newest offer of a part to a person that nobody has accepted.
  package static func offer(
    of part: Handover.Part, in grant: GrantID, to person: PersonID, in tx: borrowing Transaction
  ) async throws -> Handover? {
    try await tx.oneOrNil(
      selectOffer, [.id(grant), .text(part.rawValue), .id(person)]
    ).map { row in
      Handover(
        grant: grant, part: part, from: try row.identifier(1, of: PersonKind.self), to: person,
        offeredBy: try row.identifier(2, of: PersonKind.self), offeredAt: try row.instant(3),
        offer: try row.identifier(0, of: EventKind.self), acceptedAt: nil)
    }
  }

  /// Who signed a round, by identity.
  package static func signers(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> Set<PersonID> {
    let rows = try await tx.query(selectSigners, [.id(round)])
    return Set(try rows.map { row in try row.identifier(0, of: PersonKind.self) })
  }

  /// Grants that are not over and of which somebody is the owner or maintainer; in order of id.
  package static func grants(
    of person: PersonID, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await tx.query(selectOfPerson, [.id(person)]).map { row in
      try row.identifier(0, of: GrantKind.self)
    }
  }

  /// Queues from when the grant stands still because its owner or maintainer is gone; never, when
  /// both are there.
  package static func watchPeople(of grant: GrantID, in tx: borrowing Transaction) {
    tx.write(updateGone, [.id(grant), .int64(GrantInstants.partyGoneSeconds)])
  }

  static let insertAttestation = Statement(
    """
    INSERT INTO attestations (event, grant_id, person, attested_at) VALUES ($1, $2, $3, $4)
    """)

  static let updateAttested = Statement(
    """
    UPDATE grant_standings SET attested_at = $2, attestation_missed_at = $3 WHERE grant_id = $1
    """)

  static let insertOffer = Statement(
    """
    INSERT INTO handovers (event, grant_id, part, from_person, to_person, offered_by, offered_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  static let insertAcceptance = Statement(
    """
    INSERT INTO handover_acceptances (handover, event, accepted_at) VALUES ($1, $2, $3)
    """)

  static let updateHolder = Statement(
    """
    UPDATE grant_standings SET
      owner = CASE $2 WHEN 'owner' THEN $3 ELSE owner END,
      deputy = CASE $2 WHEN 'deputy' THEN $3 ELSE deputy END,
      maintainer = CASE $2 WHEN 'maintainer' THEN $3 ELSE maintainer END
    WHERE grant_id = $1
    """)

  static let selectOffer = Statement(
    """
    SELECT h.event, h.from_person, h.offered_by, h.offered_at FROM handovers h
    WHERE h.grant_id = $1 AND h.part = $2 AND h.to_person = $3
      AND NOT EXISTS (SELECT FROM handover_acceptances a WHERE a.handover = h.event)
    ORDER BY h.event DESC LIMIT 1
    """)

  static let selectSigners = Statement(
    """
    SELECT DISTINCT p.identity FROM decisions d JOIN people p ON p.id = d.person
    WHERE d.round = $1 AND d.verdict = 'approve'
      AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id)
    """)

  static let selectOfPerson = Statement(
    """
    SELECT grant_id FROM grant_standings
    WHERE closed_at IS NULL AND (owner = $1 OR maintainer = $1) ORDER BY grant_id
    """)

  static let updateGone = Statement(
    """
    UPDATE grant_standings h SET party_gone_at = (
      SELECT min(p.stopped_at) + $2 * interval '1 second' FROM people p
      WHERE p.id IN (h.owner, h.maintainer) AND NOT p.active)
    WHERE h.grant_id = $1 AND h.closed_at IS NULL
    """)
}
