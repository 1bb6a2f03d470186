package import Domain
package import Postgres

/// What is known of harmed sites: who serves whom there, which grants could send to it, what was
/// sent and what became of it. Leases count where a host of theirs lies in the site.
package enum OutageStore {
  /// What registrations and approved proposals say of these sites.
  ///
  /// - Parameter grants: whose proposals are asked.
  package static func regards(
    of sites: [Host], grants: [GrantID], in tx: borrowing Transaction
  ) async throws -> [Host: SiteRegard] {
    guard !sites.isEmpty else { return [:] }
    let hosts = Parameter.textArray(sites.map(\.text))
    let rows = try await tx.query([
      Lookup(selectRegistered, [hosts]),
      Lookup(selectProposed, [hosts, .textArray(grants.map(\.text))]),
    ])
    var kinds: [String: [OperatorKind]] = [:]
    var users: [String: [Int64]] = [:]
    for row in rows.joined() {
      let host = try row.text(0)
      if let kind = try row.textOrNil(1).flatMap(OperatorKind.init(rawValue:)) {
        kinds[host, default: []].append(kind)
      }
      if let served = try row.int64OrNil(2) { users[host, default: []].append(served) }
    }
    return Dictionary(
      sites.map { site in
        (
          site,
          SiteRegard(operatorKinds: kinds[site.text] ?? [], users: users[site.text] ?? [])
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Grants that could send to one of these sites at some time since an instant, oldest first.
  package static func grants(
    reaching sites: [Host], since: Timestamp, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    guard !sites.isEmpty else { return [] }
    return try await tx.query(
      selectGrants, [.textArray(sites.map(\.text)), .instant(since), .instant(now)]
    ).map { row in try row.identifier(0, of: GrantKind.self) }
  }

  /// What leases of these grants sent to a site in a time; of terms that were pruned, to the
  /// minute.
  package static func sent(
    to site: Host, in span: OutageSpan, under grants: [GrantID], in tx: borrowing Transaction
  ) async throws -> SentRequests {
    let row = try await tx.one(
      selectSent,
      [
        .textArray(grants.map(\.text)), .text(site.text), .instant(span.from),
        .instant(span.to),
      ])
    return SentRequests(reported: try row.int64(0), unreportedMax: try row.int64(1))
  }

  /// Terms of these grants' leases that touch a time and whose reports show that a share of what
  /// was sent to the site came to nothing: 5xx, time-outs, connections that failed.
  package static func troubled(
    at site: Host, in span: OutageSpan, under grants: [GrantID], sharePercent: Int64,
    in tx: borrowing Transaction
  ) async throws -> [OutageSpan] {
    guard !grants.isEmpty else { return [] }
    return try await tx.query(
      selectTroubled,
      [
        .textArray(grants.map(\.text)), .text(site.text), .instant(span.from),
        .instant(span.to), .int64(sharePercent),
      ]
    ).map { row in OutageSpan(from: try row.instant(0), to: try row.instant(1)) }
  }

  /// What closed incidents of a site count, in seconds.
  package static func closedSeconds(
    of site: Host, in tx: borrowing Transaction
  ) async throws -> Int64 {
    try await tx.one(selectClosedSeconds, [.text(site.text)]).int64(0)
  }

  static let selectRegistered = Statement(
    """
    SELECT h.host, s.operator_kind, NULL::bigint
    FROM unnest($1::text[]) h (host)
    JOIN sites s ON s.registered AND EXISTS (
      SELECT FROM (SELECT s.host UNION ALL
        SELECT a.host FROM site_aliases a WHERE a.site = s.id) n (host)
      WHERE host_meets(h.host, n.host) OR host_meets(n.host, h.host))
    """)

  static let selectProposed = Statement(
    """
    SELECT h.host, t.target -> 'answers' ->> 'operator_kind',
      CASE WHEN jsonb_typeof(t.target -> 'answers' -> 'users_served') = 'number'
        THEN (t.target -> 'answers' ->> 'users_served')::numeric::bigint END
    FROM unnest($1::text[]) h (host)
    CROSS JOIN grants g JOIN rounds d ON d.id = g.round JOIN revisions r ON r.id = d.revision
    CROSS JOIN LATERAL jsonb_array_elements(
      convert_from(r.content, 'UTF8')::jsonb -> 'targets') t (target)
    WHERE g.id = ANY ($2) AND EXISTS (
      SELECT FROM jsonb_array_elements_text(t.target -> 'hosts') x
      WHERE host_meets(lower(x), h.host))
    """)

  static let selectGrants = Statement(
    """
    SELECT g.id FROM grants g JOIN grant_standings h ON h.grant_id = g.id
    WHERE g.starts_at <= $3 AND least(h.closed_at, h.ends_at) >= $2
      AND EXISTS (
        SELECT FROM budgets b, unnest(b.hosts) p, unnest($1::text[]) s
        WHERE b.grant_id = g.id AND host_meets(p, s))
    ORDER BY g.id LIMIT 200
    """)

  static let selectSent = Statement(
    """
    SELECT coalesce(sum(u.requests), 0)::bigint, coalesce(sum(u.unreported), 0)::bigint
    FROM lease_usage u
    WHERE u.grant_id = ANY ($1) AND u.from_at < $4 AND u.to_at > $3
      AND EXISTS (SELECT FROM unnest(u.hosts) h WHERE host_meets(h, $2))
    """)

  static let selectTroubled = Statement(
    """
    SELECT DISTINCT u.from_at, u.to_at
    FROM lease_usage u
    WHERE u.grant_id = ANY ($1) AND u.from_at < $4 AND u.to_at > $3
      AND u.failed_percent > 0 AND u.failed_percent >= $5
      AND EXISTS (SELECT FROM unnest(u.hosts) h WHERE host_meets(h, $2))
    ORDER BY u.from_at, u.to_at
    """)

  static let selectClosedSeconds = Statement(
    "SELECT coalesce(sum(seconds), 0)::bigint FROM incident_outages WHERE site = $1")
}
