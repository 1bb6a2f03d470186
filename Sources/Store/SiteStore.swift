package import Domain
package import Postgres

/// Sites with their ceilings; the ceiling is the site's row in `scopes`.
package enum SiteStore {
  package static func find(_ host: Host, in tx: borrowing Transaction) async throws -> Site? {
    try await tx.oneOrNil(selectHost, [.text(host.text)]).map(site)
  }

  /// Locks the site at a host, registered or implicit; nil when there is no row yet.
  package static func lock(
    _ host: Host, in tx: borrowing Transaction
  ) async throws -> (id: SiteID, registered: Site?)? {
    guard let row = try await tx.oneOrNil(lockHost, [.text(host.text)]) else { return nil }
    let id = try row.identifier(0, of: SiteKind.self)
    guard try row.bool(1) else { return (id, nil) }
    return (id, try await find(host, in: tx))
  }

  /// Registered sites after `host` in order of host.
  package static func list(
    after host: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Site] {
    try await tx.query(selectPage, [.text(host), .int64(limit)]).map(site)
  }

  /// Every registered site that covers the host: at it, above it, or through an alias; in order
  /// of id, which is the order of locking.
  package static func covering(
    _ host: Host, in tx: borrowing Transaction
  ) async throws -> [Site] {
    let names = host.selfAndParents.map(\.text)
    return try await tx.query(selectCovering, [.textArray(names)]).map(site)
  }

  /// Every registered site that one of the names is, or is an alias of; in order of id.
  package static func at(
    _ names: Set<Host>, in tx: borrowing Transaction
  ) async throws -> [Site] {
    if names.isEmpty { return [] }
    return try await tx.query(selectCovering, [.textArray(names.map(\.text).sorted())])
      .map(site)
  }

  /// Refusal: `already_exists` for an alias that belongs to another site.
  ///
  /// - Parameter day: the local day of the site, in which leases that are out are counted.
  package static func record(
    _ ruling: Ruling<Site>, on day: LocalDate, in tx: borrowing Transaction
  ) async throws {
    let (site, now) = (ruling.subject, ruling.entry.at)
    let ceiling = site.facts.ceiling
    tx.write(
      upsertScope,
      [
        .id(site.id), .int64(ceiling.maxRPS.microRPS), .int64(ceiling.burst),
        .int64(ceiling.maxConcurrency), .int64(ceiling.dailyRequests),
        .text(site.facts.timeZone), .text(windowsText(ceiling.windows)), .instant(now),
      ])
    tx.write(
      upsertSite,
      [
        .id(site.id), .text(site.host.text), .text(site.facts.operatorKind.rawValue),
        .optional(text: site.facts.contact), .optional(text: site.facts.notes),
        .int64(site.version), .instant(now),
      ])
    tx.write(deleteAliases, [.id(site.id)])
    for alias in site.facts.aliases {
      let rows = try await tx.query(insertAlias, [.text(alias.text), .id(site.id)])
      guard rows.affected == 1 else {
        throw Refusals(.alreadyExists(kind: "site with the alias", name: alias.text))
      }
    }
    let hosts = [site.host] + site.facts.aliases
    tx.write(
      chargeLeases,
      [.id(site.id), .textArray(hosts.map(\.text)), .instant(now), .date(day)])
    _ = try await LogStore.append(ruling.entry, in: tx)
  }

  /// A set of hours as the schema keeps it: JSON of its windows, `[]` for no hour at all and
  /// `"always"` for any hour.
  package static func windowsText(_ windows: WindowSet) -> String {
    windows.isAlways ? "always" : String(decoding: windows.json.bytes(), as: UTF8.self)
  }

  /// Reads what `windowsText` wrote.
  package static func windows(_ row: Row, _ column: Int) throws -> WindowSet {
    let text = try row.text(column)
    if text == "always" { return .always }
    let windows = try JSONReader.read(
      JSONParser.parse(Array(text.utf8)), as: .array(0...Ceiling.windowsMax, of: .window))
    return WindowSet(windows)
  }

  private static func site(_ row: Row) throws -> Site {
    let ceiling = Ceiling(
      maxRPS: Rate(microRPS: try row.int64(4)), burst: try row.int64(5),
      maxConcurrency: try row.int64(6), dailyRequests: try row.int64(7),
      windows: try windows(row, 9))
    let facts = SiteFacts(
      operatorKind: try row.decoded(2, OperatorKind(rawValue: try row.text(2))),
      ceiling: ceiling, timeZone: try row.text(8),
      aliases: try row.textArray(12).map { try Host($0) },
      contact: try row.textOrNil(10), notes: try row.textOrNil(11))
    return Site(
      id: try row.identifier(0, of: SiteKind.self), host: try Host(try row.text(1)),
      facts: facts, version: try row.int64(3))
  }

  /// Grants that are not over and cover a host of a site, with what their revision said; in order
  /// of id.
  ///
  /// - Parameter names: the site's host and its aliases.
  package static func grants(
    under names: [Host], in tx: borrowing Transaction
  ) async throws -> [(grant: GrantID, content: JSON)] {
    try await tx.query(selectGrants, [.textArray(names.map(\.text))]).map { row in
      (try row.identifier(0, of: GrantKind.self), try JSONParser.parse(try row.bytes(1)))
    }
  }

  /// What kind of operator a registered site has now.
  package static func kind(
    of site: String, in tx: borrowing Transaction
  ) async throws -> OperatorKind? {
    guard let row = try await tx.oneOrNil(selectKind, [.text(site)]),
      let kind = try row.textOrNil(0)
    else { return nil }
    return OperatorKind(rawValue: kind)
  }

  /// Keeps leases from being given while sites change; call it before anything is read.
  package static func lockSites(in tx: borrowing Transaction) async throws {
    try await tx.execute(takeSites)
  }

  static let takeSites = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('countersign sites', 0))")

  /// Leases that still take something up and name a host of the site charge it from now on, with
  /// what their tokens may still let through.
  static let chargeLeases = Statement(
    """
    WITH charged AS (
      INSERT INTO lease_charges (scope, lease, day, base)
      SELECT $1::text, l.id, $4, l.used_requests FROM leases l
      WHERE l.frees_at > $3 AND l.settled_at IS NULL AND EXISTS (
        SELECT FROM unnest(l.hosts) AS h (host), unnest($2::text[]) AS s (host)
        WHERE h.host = s.host OR right(h.host, length(s.host) + 1) = '.' || s.host)
      ON CONFLICT DO NOTHING RETURNING lease)
    INSERT INTO scope_days (scope, day, used, reserved, last_clock)
    SELECT $1::text, $4, 0, sum(l.bound_requests - l.used_requests)::bigint, $3
    FROM charged c JOIN leases l ON l.id = c.lease HAVING count(*) > 0
    ON CONFLICT (scope, day) DO UPDATE SET reserved = scope_days.reserved + excluded.reserved
    """)

  // A pattern `*.example.com` covers what lies under it, and lies under what is above it.
  static let selectGrants = Statement(
    """
    SELECT h.grant_id, r.content
    FROM grant_standings h
    JOIN grants g ON g.id = h.grant_id
    JOIN rounds d ON d.id = g.round
    JOIN revisions r ON r.id = d.revision
    WHERE h.closed_at IS NULL AND EXISTS (
      SELECT FROM budgets b WHERE b.grant_id = h.grant_id AND hosts_meet(b.hosts, $1))
    ORDER BY h.grant_id
    """)

  static let selectKind = Statement("SELECT operator_kind FROM sites WHERE id = $1")

  static let selectHost = Statement(
    """
    SELECT s.id, s.host, s.operator_kind, s.version, c.max_urps, c.burst, c.max_concurrency,
      c.daily_requests, c.time_zone, c.windows, s.contact, s.notes,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id ORDER BY a.host)
    FROM sites s JOIN scopes c ON c.id = s.id
    WHERE s.host = $1 AND s.registered
    """)

  static let selectPage = Statement(
    """
    SELECT s.id, s.host, s.operator_kind, s.version, c.max_urps, c.burst, c.max_concurrency,
      c.daily_requests, c.time_zone, c.windows, s.contact, s.notes,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id ORDER BY a.host)
    FROM sites s JOIN scopes c ON c.id = s.id
    WHERE s.host > $1 AND s.registered ORDER BY s.host LIMIT $2
    """)

  static let selectCovering = Statement(
    """
    SELECT s.id, s.host, s.operator_kind, s.version, c.max_urps, c.burst, c.max_concurrency,
      c.daily_requests, c.time_zone, c.windows, s.contact, s.notes,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id ORDER BY a.host)
    FROM sites s JOIN scopes c ON c.id = s.id
    WHERE s.registered AND (s.host = ANY ($1) OR EXISTS (
      SELECT FROM site_aliases a WHERE a.site = s.id AND a.host = ANY ($1)))
    ORDER BY s.id
    """)

  static let lockHost = Statement("SELECT id, registered FROM sites WHERE host = $1 FOR UPDATE")

  static let upsertScope = Statement(
    """
    INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, daily_requests, time_zone,
      windows, last_clock)
    VALUES ($1, 'site', $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id) DO UPDATE
    SET max_urps = excluded.max_urps, burst = excluded.burst,
      max_concurrency = excluded.max_concurrency, daily_requests = excluded.daily_requests,
      time_zone = excluded.time_zone, windows = excluded.windows
    """)

  static let upsertSite = Statement(
    """
    INSERT INTO sites (id, host, registered, operator_kind, contact, notes, version, created_at)
    VALUES ($1, $2, true, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE
    SET registered = true, operator_kind = excluded.operator_kind, contact = excluded.contact,
      notes = excluded.notes, version = excluded.version
    """)

  static let deleteAliases = Statement("DELETE FROM site_aliases WHERE site = $1")

  static let insertAlias = Statement(
    """
    INSERT INTO site_aliases (host, site) VALUES ($1, $2) ON CONFLICT (host) DO NOTHING
    """)
}
