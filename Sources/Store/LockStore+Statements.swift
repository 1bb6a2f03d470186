import Postgres

extension LockStore {
  static let selectCovering = Statement(
    """
    SELECT l.id, l.scope_kind, l.scope_id, l.reason, l.locked_by, l.identity, l.roles,
      l.locked_at
    FROM locks l
    WHERE NOT EXISTS (SELECT FROM lock_releases r WHERE r.lock = l.id AND r.n = 2)
      AND (l.scope_kind = 'everything'
        OR (l.scope_kind = 'site' AND l.scope_id = ANY ($1))
        OR (l.scope_kind = 'proposal' AND l.scope_id = ANY ($2))
        OR (l.scope_kind = 'grant' AND l.scope_id = ANY ($3))
        OR (l.scope_kind = 'pool' AND l.scope_id = ANY ($4))
        OR (l.scope_kind = 'worker' AND l.scope_id = ANY ($5)))
    ORDER BY l.id
    """)

  static let selectOnAny = Statement(
    """
    SELECT l.id, l.scope_kind, l.scope_id, l.reason, l.locked_by, l.identity, l.roles,
      l.locked_at
    FROM locks l
    WHERE NOT EXISTS (SELECT FROM lock_releases r WHERE r.lock = l.id AND r.n = 2)
      AND (l.scope_kind = 'everything'
        OR (l.scope_kind = 'site' AND l.scope_id = ANY ($1))
        OR (l.scope_kind IN ('proposal', 'grant') AND l.scope_id = ANY ($2)))
    ORDER BY l.id
    """)

  static let selectOne = Statement(
    """
    SELECT id, scope_kind, scope_id, reason, locked_by, identity, roles, locked_at
    FROM locks WHERE id = $1
    """)

  static let lockOne = Statement("SELECT id FROM locks WHERE id = $1 FOR UPDATE")

  static let selectPage = Statement(
    """
    SELECT l.id, l.scope_kind, l.scope_id, l.reason, l.locked_by, l.identity, l.roles,
      l.locked_at
    FROM locks l
    WHERE l.id > $1
      AND (NOT $2 OR NOT EXISTS (
        SELECT FROM lock_releases r WHERE r.lock = l.id AND r.n = 2))
    ORDER BY l.id LIMIT $3
    """)

  static let countInForce = Statement(
    """
    SELECT l.scope_kind, count(*)
    FROM locks l
    WHERE NOT EXISTS (SELECT FROM lock_releases r WHERE r.lock = l.id AND r.n = 2)
    GROUP BY l.scope_kind
    """)

  static let selectReleases = Statement(
    """
    SELECT lock, person, identity, reason, released_at FROM lock_releases
    WHERE lock = ANY ($1) ORDER BY lock, n
    """)

  static let setLockTimeout = Statement("SELECT set_config('lock_timeout', $1, true)")

  static let insert = Statement(
    """
    INSERT INTO locks (id, scope_kind, scope_id, reason, locked_by, identity, roles, locked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """)

  static let insertRelease = Statement(
    """
    INSERT INTO lock_releases (lock, n, person, identity, reason, released_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  static let selectParties = Statement(
    """
    SELECT DISTINCT w.identity
    FROM proposals p
    JOIN revisions r ON r.proposal = p.id
    JOIN people w ON w.id IN (p.requester, r.author, r.owner)
    WHERE p.id = $1 OR p.id = (SELECT g.proposal FROM grants g WHERE g.id = $1)
    """)

  static let selectExistence = Statement(
    """
    SELECT EXISTS (SELECT FROM proposals WHERE id = $1)
      OR EXISTS (SELECT FROM grants WHERE id = $1)
      OR EXISTS (SELECT FROM pools WHERE id = $1)
      OR EXISTS (SELECT FROM workers WHERE id = $1)
    """)
}
