package import Domain
package import Postgres

/// A site that a lease counts against.
package struct ChargedSite: Hashable, Sendable {
  package let id: SiteID
  package let host: Host
  package let aliases: [Host]
  package let origin: Origin

  package enum Origin: Hashable, Sendable { case registered, implicit }

  /// Whether the site's own host or an alias is the host or lies above it.
  fileprivate func covers(_ names: [Host]) -> Bool {
    names.contains(host) || names.contains(where: aliases.contains)
  }
}

/// Which sites the hosts of a lease charge.
package enum ChargedSiteStore {
  /// Every registered site above each host, and where there is none the implicit one at its
  /// registrable domain, which is made when it does not exist yet.
  ///
  /// - Parameter implicit: the ceiling of an implicit site that is made now.
  package static func sites(
    above hosts: [Host], implicit: Ceiling, suffixes: PublicSuffixes, at now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [ChargedSite] {
    let names = Set(hosts.flatMap(\.selfAndParents).map(\.text))
    let registered = try await tx.query(selectAbove, [.textArray(names.sorted())]).map(site)
    let missing = uncovered(hosts, by: registered, suffixes: suffixes)
    var found = registered
    for host in Set(missing.map { suffixes.implicitSite(of: $0) }).sorted() {
      found.append(try await implicitSite(at: host, ceiling: implicit, now: now, in: tx))
    }
    return found.sorted { $0.id < $1.id }
  }

  /// The hosts that none of the sites stands for: no registered one is above them, nor is the
  /// implicit one at their registrable domain among them.
  package static func uncovered(
    _ hosts: [Host], by sites: [ChargedSite], suffixes: PublicSuffixes
  ) -> [Host] {
    let registered = sites.filter { $0.origin == .registered }
    let implicit = sites.filter { $0.origin == .implicit }.map(\.host)
    return hosts.filter { host in
      let names = host.selfAndParents
      return !registered.contains { $0.covers(names) }
        && (implicit.isEmpty || !implicit.contains(suffixes.implicitSite(of: host)))
    }
  }

  /// The sites among these that a host lies in most closely: one, or all where it lies in none.
  package static func nearest(to host: Host, among sites: [ChargedSite]) -> [ChargedSite] {
    for name in host.selfAndParents {
      if let site = sites.first(where: { $0.host == name || $0.aliases.contains(name) }) {
        return [site]
      }
    }
    return sites
  }

  private static func implicitSite(
    at host: Host, ceiling: Ceiling, now: Timestamp, in tx: borrowing Transaction
  ) async throws -> ChargedSite {
    tx.write(
      insertImplicit,
      [
        .id(SiteID.make(at: now)), .text(host.text), .int64(ceiling.maxRPS.microRPS),
        .int64(ceiling.burst), .int64(ceiling.maxConcurrency), .int64(ceiling.dailyRequests),
        .text(SiteStore.windowsText(ceiling.windows)), .instant(now),
      ])
    return try site(try await tx.one(selectAt, [.text(host.text)]))
  }

  /// The sites that each lease charges: the rows of `selectOfLeases`.
  static func sites(_ rows: Rows) throws -> [LeaseID: [ChargedSite]] {
    var found: [LeaseID: [ChargedSite]] = [:]
    for row in rows {
      found[try row.identifier(4, of: LeaseKind.self), default: []].append(try site(row))
    }
    return found
  }

  static func site(_ row: Row) throws -> ChargedSite {
    ChargedSite(
      id: try row.identifier(0, of: SiteKind.self), host: try Host(try row.text(1)),
      aliases: try row.textArray(3).map { try Host($0) },
      origin: try row.bool(2) ? .registered : .implicit)
  }

  static let selectAbove = Statement(
    """
    SELECT s.id, s.host, s.registered,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id)
    FROM sites s
    WHERE s.registered AND s.id IN (
      SELECT id FROM sites WHERE host = ANY ($1)
      UNION SELECT site FROM site_aliases WHERE host = ANY ($1))
    """)

  static let insertImplicit = Statement(
    """
    WITH made AS (
      INSERT INTO sites (id, host, registered, version, created_at)
      VALUES ($1, $2, false, 1, $8)
      ON CONFLICT (host) DO NOTHING
      RETURNING id
    )
    INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, daily_requests, time_zone,
      windows, last_clock)
    SELECT made.id, 'site', $3, $4, $5, $6, 'UTC', $7, $8 FROM made
    """)

  static let selectAt = Statement(
    """
    SELECT s.id, s.host, s.registered,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id)
    FROM sites s WHERE s.host = $1
    """)

  static let selectOfLeases = Statement(
    """
    SELECT s.id, s.host, s.registered,
      array(SELECT a.host FROM site_aliases a WHERE a.site = s.id), c.lease
    FROM lease_charges c JOIN sites s ON s.id = c.scope WHERE c.lease = ANY ($1) ORDER BY s.id
    """)
}
