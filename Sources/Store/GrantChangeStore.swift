package import Domain
package import Postgres

/// Changes of grants: their states and the causes under which they stand still.
package enum GrantChangeStore {
  /// A grant whose stream is locked until the transaction ends: nothing else changes it
  /// meanwhile, and no lease of it is granted. Nil when there is none.
  ///
  /// Whoever locks several takes them in order of id.
  package static func lock(
    _ id: GrantID, in tx: borrowing Transaction
  ) async throws -> GrantRecord? {
    guard try await GrantStore.find(id, in: tx) != nil else { return nil }
    _ = try await LogStore.lock(StreamID(id), in: tx)
    return try await GrantStore.find(id, in: tx)
  }

  /// Records changes in their order, each with its event.
  package static func record(
    _ changes: [Ruling<GrantChange>], in tx: borrowing Transaction
  ) async throws {
    for ruling in changes {
      let change = ruling.subject
      let event = try await LogStore.append(ruling.entry, in: tx)
      if let suspension = change.suspension {
        tx.write(
          insertSuspension,
          [
            .id(event), .id(change.grant), .text(suspension.cause.rawValue),
            .optional(text: suspension.subject), .optional(text: suspension.fact),
            .role(suspension.cause.owner), .instant(suspension.since),
          ])
      }
      guard change.from != change.to else { continue }
      TransitionStore.append(
        change.grant, from: change.from.rawValue, to: change.to.rawValue, event: event,
        at: change.at, in: tx)
      if let cause = change.voidsTokens {
        EpochStore.bump(.grant(change.grant), for: cause, because: event, at: change.at, in: tx)
      }
    }
  }

  /// A signature that causes are over, and the end of those that it was the last one for.
  package static func record(
    _ ruling: Ruling<Resumption>, because reason: String, in tx: borrowing Transaction
  ) async throws {
    let resumption = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    LogStore.insertReason(reason, of: event, in: tx)
    for signature in resumption.signed {
      tx.write(
        insertResumption,
        [
          .id(signature.suspension.event), .int64(signature.n), .id(resumption.person),
          .id(resumption.identity), .role(signature.role), .id(event),
          .instant(resumption.at),
        ])
    }
    for suspension in resumption.lifted {
      tx.write(insertLift, [.id(suspension.event), .id(event), .instant(resumption.at)])
    }
    if let expiry = resumption.evidenceExpiresAt {
      tx.write(updateEvidence, [.id(resumption.grant), .instant(expiry)])
    }
    guard resumption.from != resumption.to else { return }
    TransitionStore.append(
      resumption.grant, from: resumption.from.rawValue, to: resumption.to.rawValue,
      event: event, at: resumption.at, in: tx)
  }

  /// Grants that time has changed and nobody has recorded it of; in order of id.
  package static func due(
    at now: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await tx.query(selectDue, [.instant(now), .int64(limit)]).map { row in
      try row.identifier(0, of: GrantKind.self)
    }
  }

  static let insertSuspension = Statement(
    """
    INSERT INTO suspensions (event, grant_id, cause, subject, fact, role, since)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  static let insertResumption = Statement(
    """
    INSERT INTO resumptions (suspension, n, person, identity, role, event, resumed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  static let insertLift = Statement(
    "INSERT INTO suspension_lifts (suspension, event, lifted_at) VALUES ($1, $2, $3)")

  static let updateEvidence = Statement(
    "UPDATE grant_standings SET evidence_expires_at = $2 WHERE grant_id = $1")

  static let selectDue = Statement(
    """
    SELECT h.grant_id
    FROM grant_standings h
    JOIN grants g ON g.id = h.grant_id
    CROSS JOIN LATERAL (
      SELECT to_state FROM transitions WHERE object = g.id ORDER BY seq DESC LIMIT 1) t
    WHERE h.closed_at IS NULL AND (
      least(h.ends_at, h.replaced_at) <= $1
      OR (t.to_state = 'scheduled' AND g.starts_at <= $1)
      OR (g.starts_at <= $1 AND EXISTS (
        SELECT FROM (VALUES ('evidence_expired', h.evidence_expires_at),
          ('attestation_missed', h.attestation_missed_at),
          ('party_gone', h.party_gone_at)) c (cause, at)
        WHERE c.at <= $1 AND NOT EXISTS (
          SELECT FROM suspensions s WHERE s.grant_id = g.id AND s.cause = c.cause
            AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event))))
      OR (NOT EXISTS (SELECT FROM budgets b
          WHERE b.grant_id = g.id AND b.total_used < b.total_requests)
        AND NOT EXISTS (SELECT FROM leases l WHERE l.grant_id = g.id AND l.frees_at > $1)))
    ORDER BY h.grant_id LIMIT $2
    """)
}
