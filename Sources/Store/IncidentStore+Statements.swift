import Postgres

extension IncidentStore {
  static let selectID = Statement(
    "SELECT id FROM incidents WHERE id = $1::text OR number = $2::bigint")

  static let lockID = Statement(
    """
    SELECT id FROM incidents WHERE id = $1::text OR number = $2::bigint FOR NO KEY UPDATE
    """)

  static let lockCause = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))")

  static let selectNewest = Statement(
    """
    SELECT i.id, NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident = i.id)
    FROM incidents i WHERE i.cause = $1 AND i.subject = $2
    ORDER BY i.occurrence DESC LIMIT 1
    """)

  static let selectPage = Statement(
    """
    SELECT i.id FROM incidents i
    WHERE i.number < $1
      AND ($2::boolean IS NULL OR $2::boolean
        = NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident = i.id))
      AND ($3::text IS NULL OR i.source = $3::text)
      AND ($4::text IS NULL OR EXISTS (
        SELECT FROM incident_links l WHERE l.incident = i.id
          AND (l.site = $4::text OR right(l.site, length($4::text) + 1) = '.' || $4::text)))
      AND ($5::text IS NULL OR EXISTS (
        SELECT FROM incident_links l WHERE l.incident = i.id AND l.grant_id = $5::text))
      AND ($6::text IS NULL OR $6::text = (
        SELECT o.person FROM incident_owners o WHERE o.incident = i.id
        ORDER BY o.n DESC LIMIT 1))
    ORDER BY i.number DESC LIMIT $7
    """)

  static let selectOpen = Statement(
    """
    SELECT i.id FROM incidents i
    WHERE NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident = i.id)
    ORDER BY i.number LIMIT $1
    """)

  static let selectOpenOnSite = Statement(
    """
    SELECT l.incident FROM incident_links l
    WHERE l.site = $1 AND l.incident <> $2
      AND NOT EXISTS (SELECT FROM incident_closures c WHERE c.incident = l.incident)
    ORDER BY l.incident
    """)

  static let selectFollowers = Statement(
    "SELECT id FROM incidents WHERE follows = $1 ORDER BY number")

  static let lockLocks = Statement(
    "SELECT id FROM locks WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE")

  static let selectOfLocks = Statement(
    "SELECT lock, incident FROM incident_links WHERE lock = ANY ($1)")

  static let selectThere = Statement(
    """
    SELECT id FROM locks WHERE id = ANY ($1)
    UNION ALL SELECT id FROM grants WHERE id = ANY ($1)
    """)

  static let selectIncidents = Statement(
    """
    SELECT i.id, i.number, i.source, i.cause, i.subject, i.summary, i.noticed_at, i.started_at,
      i.opened_by, i.opened_at, i.policy, i.follows,
      (SELECT o.person FROM incident_owners o WHERE o.incident = i.id ORDER BY o.n DESC LIMIT 1),
      c.person, c.identity, c.closed_at, r.reason
    FROM incidents i
    LEFT JOIN incident_closures c ON c.incident = i.id
    LEFT JOIN event_reasons r ON r.event = c.event
    WHERE i.id = ANY ($1) ORDER BY i.number DESC
    """)

  static let selectEntries = Statement(
    """
    SELECT e.incident, e.n, e.stage, e.note, e.author, e.meets, e.at, p.site, p.from_at, p.to_at,
      p.service, p.users, p.requests_reported, p.requests_unreported_max
    FROM incident_entries e
    LEFT JOIN incident_impacts p ON p.incident = e.incident AND p.n = e.n
    WHERE e.incident = ANY ($1) ORDER BY e.incident, e.n
    """)

  static let selectLinks = Statement(
    """
    SELECT incident, lock, grant_id, site, operator_kind, users, at FROM incident_links
    WHERE incident = ANY ($1) ORDER BY incident, n
    """)

  static let selectOutages = Statement(
    "SELECT incident, site, seconds FROM incident_outages WHERE incident = ANY ($1)")

  // MARK: - Recording

  static let insert = Statement(
    """
    INSERT INTO incidents (id, source, cause, subject, occurrence, summary, noticed_at, started_at,
      opened_by, opened_at, policy, follows, event)
    VALUES ($1, $2, $3::text, $4::text, CASE WHEN $3::text IS NOT NULL THEN (
      SELECT coalesce(max(i.occurrence), 0) + 1 FROM incidents i
      WHERE i.cause = $3::text AND i.subject = $4::text) END,
      $5, $6, $7, $8, $9, $10, $11, $12)
    RETURNING number
    """)

  static let insertEntry = Statement(
    """
    INSERT INTO incident_entries (incident, n, stage, note, author, meets, event, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """)

  static let insertImpact = Statement(
    """
    INSERT INTO incident_impacts (incident, n, site, from_at, to_at, service, users,
      requests_reported, requests_unreported_max)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """)

  static let insertOwner = Statement(
    "INSERT INTO incident_owners (incident, person, event, at) VALUES ($1, $2, $3, $4)")

  static let insertLink = Statement(
    """
    INSERT INTO incident_links (incident, n, lock, grant_id, site, operator_kind, users, event, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """)

  static let insertClosure = Statement(
    """
    INSERT INTO incident_closures (incident, person, identity, event, closed_at)
    VALUES ($1, $2, $3, $4, $5)
    """)

  static let insertOutage = Statement(
    "INSERT INTO incident_outages (incident, site, seconds) VALUES ($1, $2, $3)")
}
