package import Domain
package import Postgres

/// Lists of proposals; every status is derived, as at `now`.
package enum ProposalListStore {
  /// Proposals below a number, newest first.
  package static func list(
    _ filter: ProposalFilter, before number: Int64, limit: Int64, now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [ProposalSummary] {
    let parameters: [Parameter] = [
      .int64(number), .instant(now), .optional(text: filter.status),
      .optional(text: filter.site?.text), .id(filter.owner),
      .optional(text: filter.tier?.description), .textArray(filter.words), .int64(limit),
    ]
    guard let person = filter.awaiting else {
      return try await tx.query(selectPage, parameters).map(summary)
    }
    return try await tx.query(selectQueue, parameters + [.id(person)]).map(summary)
  }

  private static func summary(_ row: Row) throws -> ProposalSummary {
    ProposalSummary(
      id: try row.identifier(0, of: ProposalKind.self), number: try row.int64(1),
      title: try row.text(2), requester: try row.identifier(3, of: PersonKind.self),
      owner: try row.identifier(4, of: PersonKind.self), status: try row.text(5),
      effectiveStatus: try row.text(6), digest: try row.digest(7),
      createdAt: try row.instant(8),
      tier: try row.textOrNil(9).map { try row.decoded(9, Tier($0)) })
  }

  /// Newest first. `effective_status` is the grant's where the newest round is approved.
  static let selectPage = Statement(
    """
    SELECT p.id, p.number, s.title, p.requester, s.owner, s.status,
      CASE WHEN s.locked THEN 'locked'
        WHEN s.status = 'approved' THEN coalesce(s.grant_status, 'approved')
        ELSE s.status END,
      s.digest, p.created_at, s.tier
    FROM proposals p CROSS JOIN LATERAL proposal_summary(p.id, $2) s
    WHERE p.number < $1
      AND ($3::text IS NULL OR $3::text = s.status OR $3::text =
        CASE WHEN s.locked THEN 'locked' WHEN s.status = 'approved' THEN s.grant_status END)
      AND ($4::text IS NULL OR EXISTS (SELECT FROM unnest(s.hosts) h
        WHERE h = $4::text OR right(h, length($4::text) + 1) = '.' || $4::text))
      AND ($5::text IS NULL OR s.owner = $5::text)
      AND ($6::text IS NULL OR s.tier = $6::text)
      AND NOT EXISTS (SELECT FROM unnest($7::text[]) w
        WHERE strpos(lower(s.title), lower(w)) = 0)
    ORDER BY p.number DESC LIMIT $8
    """)

  /// Of these, what $9 could decide: a seat that is open, of a role held, in a round that
  /// this person has not decided in and is no party to. OFFSET 0 keeps the order of the seats.
  static let selectQueue = Statement(
    """
    SELECT p.id, p.number, s.title, p.requester, s.owner, s.status,
      CASE WHEN s.locked THEN 'locked' ELSE s.status END, s.digest, p.created_at, s.tier
    FROM (
      SELECT DISTINCT z.number, z.round FROM open_seats z
      WHERE z.number < $1 AND z.role = ANY (ARRAY(
        SELECT role FROM role_assignments WHERE person = $9 AND taken_at IS NULL))
      ORDER BY z.number DESC OFFSET 0) q
    JOIN proposals p ON p.number = q.number
    JOIN people me ON me.id = $9
    CROSS JOIN LATERAL proposal_summary(p.id, $2) s
    WHERE s.round = q.round AND s.status = 'in_review'
      AND ($3::text IS NULL OR $3::text = s.status OR $3::text =
        CASE WHEN s.locked THEN 'locked' END)
      AND ($4::text IS NULL OR EXISTS (SELECT FROM unnest(s.hosts) h
        WHERE h = $4::text OR right(h, length($4::text) + 1) = '.' || $4::text))
      AND ($5::text IS NULL OR s.owner = $5::text)
      AND ($6::text IS NULL OR s.tier = $6::text)
      AND NOT EXISTS (SELECT FROM unnest($7::text[]) w
        WHERE strpos(lower(s.title), lower(w)) = 0)
      AND NOT EXISTS (SELECT FROM decisions d
        JOIN people a ON a.id = d.person AND a.identity = me.identity
        JOIN role_assignments x ON x.person = d.person AND x.role = d.role
          AND x.taken_at IS NULL AND x.given_at <= d.decided_at
        WHERE d.round = q.round
          AND NOT EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id))
      AND NOT EXISTS (SELECT FROM revisions e
        JOIN people a ON a.id IN (p.requester, e.author)
          OR (e.id = s.revision AND a.id IN (e.owner, e.deputy, e.maintainer))
        WHERE e.proposal = p.id AND a.identity = me.identity)
    ORDER BY q.number DESC LIMIT $8
    """)
}
