/// Asks the rows of a proposal whether a grant stands on nothing.
package enum Quorum {
  /// Grants of the proposal `$1` without every seat of their round filled, in time, by distinct
  /// people who held the role from the decision to the grant and were neither party nor editor by
  /// then; each with what speaks for and against its signatures.
  package static let unfounded: StaticString = """
    WITH signed AS (
      SELECT g.id AS grant_id, d.role, d.identity,
        EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id) AS is_void,
        EXISTS (
          SELECT FROM revisions r JOIN proposals o ON o.id = r.proposal
          JOIN people w ON w.id IN (o.requester, r.author, r.owner, r.deputy, r.maintainer)
          WHERE r.proposal = g.proposal AND r.created_at <= g.created_at
            AND w.identity = d.identity) AS is_excluded,
        EXISTS (
          SELECT FROM role_assignments a
          WHERE a.person = d.person AND a.role = d.role AND a.given_at <= d.decided_at
            AND (a.taken_at IS NULL OR a.taken_at >= g.created_at)) AS is_held
      FROM grants g
      JOIN decisions d ON d.round = g.round AND d.verdict = 'approve'
        AND d.decided_at <= g.created_at
      WHERE g.proposal = $1::text),
    counted AS (
      SELECT * FROM signed WHERE NOT is_void AND NOT is_excluded AND is_held)
    SELECT g.id || ': ' || coalesce((
        SELECT string_agg(format('%s by %s void %s excluded %s held %s',
          s.role, s.identity, s.is_void, s.is_excluded, s.is_held), '; ')
        FROM signed s WHERE s.grant_id = g.id), 'unsigned')
    FROM grants g
    WHERE g.proposal = $1::text AND (
      (SELECT count(*) FROM round_seats s WHERE s.round = g.round) < 2
      OR (SELECT count(DISTINCT c.identity) FROM counted c WHERE c.grant_id = g.id)
        < (SELECT count(*) FROM round_seats s WHERE s.round = g.round)
      OR EXISTS (
        SELECT FROM round_seats s WHERE s.round = g.round AND NOT EXISTS (
          SELECT FROM counted c WHERE c.grant_id = g.id AND c.role = s.role)))
    ORDER BY g.id
    """

  /// The same for a connection without parameters.
  package static func unfounded(of proposal: String) -> String {
    "\(unfounded)".replacing("$1", with: "'\(proposal)'")
  }
}
