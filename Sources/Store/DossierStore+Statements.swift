import Postgres

extension DossierStore {
  static let insertStanding = Statement(
    """
    INSERT INTO robots_standings (revision, target, host, verdict, tokens, changed_at)
    VALUES ($1, $2, $3, 'pending', 'blocked', $4)
    ON CONFLICT (revision, target, host) DO NOTHING
    """)

  static let insertRequest = Statement(
    """
    INSERT INTO dossier_requests (revision, host, asked_at, due_at) VALUES ($1, $2, $3, $3)
    ON CONFLICT (revision, host) DO NOTHING
    """)

  static let insertRequestOfGrant = Statement(
    """
    WITH asked AS (
      INSERT INTO dossier_requests (revision, host, asked_at, due_at)
      SELECT r.revision, $2, $4, $4 FROM grants g JOIN rounds r ON r.id = g.round
      WHERE g.id = $1 AND EXISTS (
        SELECT FROM robots_standings s WHERE s.revision = r.revision AND s.target = $3)
      ON CONFLICT (revision, host) DO NOTHING
      RETURNING revision)
    INSERT INTO robots_standings (revision, target, host, verdict, tokens, changed_at)
    SELECT revision, $3, $2, 'pending', 'blocked', $4 FROM asked
    ON CONFLICT (revision, target, host) DO NOTHING
    """)

  static let lockClaims = Statement(
    "SELECT pg_advisory_xact_lock(hashtext('countersign dossier'))")

  static let takeDue = Statement(
    """
    UPDATE dossier_requests d
    SET claimed_until = $2, due_at = $2, attempts = d.attempts + 1
    FROM revisions r
    WHERE r.id = d.revision AND (d.revision, d.host) = (
      SELECT q.revision, q.host FROM dossier_requests q
      WHERE q.due_at <= $1
        AND NOT EXISTS (
          SELECT FROM dossier_requests o WHERE o.host = q.host AND o.claimed_until > $1)
        AND (q.attempts = 0
          OR ((NOT q.answered OR NOT q.completed) AND q.asked_at > $1 - interval '14 days')
          OR EXISTS (
            SELECT FROM rounds c JOIN grants g ON g.round = c.id
            WHERE c.revision = q.revision AND g.ends_at > $1 AND NOT EXISTS (
              SELECT FROM transitions t WHERE t.object = g.id
                AND t.to_state IN ('revoked', 'replaced', 'ended'))))
      ORDER BY q.due_at, q.revision, q.host LIMIT 1)
    RETURNING r.proposal, r.n, d.host, d.attempts, d.completed
    """)

  static let insertItem = Statement(
    """
    INSERT INTO dossier_items (revision, host, kind, record, record_sha256, content,
      content_sha256, event, fetched_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING n
    """)

  static let upsertStanding = Statement(
    """
    INSERT INTO robots_standings (revision, target, host, verdict, tokens, crawl_delay_ms, item,
      changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (revision, target, host) DO UPDATE SET verdict = excluded.verdict,
      tokens = excluded.tokens, crawl_delay_ms = excluded.crawl_delay_ms, item = excluded.item,
      changed_at = excluded.changed_at
    """)

  static let updateAnswered = Statement(
    """
    UPDATE dossier_requests SET answered = $4, due_at = CASE
        WHEN completed OR NOT $4 THEN $3 ELSE coalesce(claimed_until, $3) END,
      claimed_until = CASE WHEN completed OR NOT $4 THEN NULL ELSE claimed_until END
    WHERE revision = $1 AND host = $2
    """)

  static let updateCompleted = Statement(
    """
    UPDATE dossier_requests SET completed = true, claimed_until = NULL, due_at = $3
    WHERE revision = $1 AND host = $2
    """)

  static let selectStandings = Statement(
    """
    SELECT target, host, verdict, tokens, crawl_delay_ms FROM robots_standings
    WHERE revision = $1 ORDER BY target, host
    """)

  static let selectItems = Statement(
    """
    SELECT n, host, kind, record, record_sha256, content_sha256, event,
      CASE WHEN kind IN ('robots', 'tdmrep', 'security_txt') THEN content END
    FROM dossier_items i
    WHERE revision = $1 AND (kind = 'response_time' OR NOT EXISTS (
      SELECT FROM dossier_items l
      WHERE l.revision = i.revision AND l.host = i.host AND l.kind = i.kind AND l.n > i.n))
    ORDER BY n DESC
    LIMIT 1000
    """)

  static let selectItem = Statement(
    """
    SELECT i.n, i.host, i.kind, i.record, i.record_sha256, i.content_sha256, i.event, i.content
    FROM dossier_items i JOIN revisions r ON r.id = i.revision
    WHERE i.n = $1 AND r.proposal = $2
    """)
}
