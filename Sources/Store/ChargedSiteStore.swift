package import Domain
package import Postgres

/// Which sites the hosts of a lease charge.
package enum ChargedSiteStore {
  /// A site that hosts charge.
  package struct Charged: Hashable, Sendable {
    package let id: SiteID
    package let host: Host
    package let origin: Origin

    package enum Origin: Hashable, Sendable { case registered, implicit }
  }

  /// Every registered site above each host, and where there is none the implicit one at its
  /// registrable domain, which is made when it does not exist yet.
  ///
  /// - Parameter implicit: the ceiling of an implicit site that is made now.
  package static func sites(
    above hosts: [Host], implicit: Ceiling, suffixes: PublicSuffixes, at now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [Charged] {
    let names = Set(hosts.flatMap(\.selfAndParents).map(\.text))
    tx.write(SiteStore.shareSites)
    let rows = try await tx.query(selectAbove, [.textArray(names.sorted())])
    var found: Set<Charged> = []
    var missing: Set<Host> = []
    for host in hosts {
      let above = Set(host.selfAndParents.map(\.text))
      let registered = try rows.filter { row in above.contains(try row.text(2)) }
      for row in registered {
        found.insert(
          Charged(
            id: try row.identifier(0, of: SiteKind.self), host: try Host(try row.text(1)),
            origin: .registered))
      }
      if registered.isEmpty { missing.insert(suffixes.implicitSite(of: host)) }
    }
    for host in missing.sorted() {
      found.insert(try await implicitSite(at: host, ceiling: implicit, now: now, in: tx))
    }
    return found.sorted { $0.id < $1.id }
  }

  private static func implicitSite(
    at host: Host, ceiling: Ceiling, now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Charged {
    tx.write(
      insertImplicit,
      [
        .id(SiteID.make(at: now)), .text(host.text), .int64(ceiling.maxRPS.microRPS),
        .int64(ceiling.burst), .int64(ceiling.maxConcurrency), .int64(ceiling.dailyRequests),
        .text(SiteStore.windowsText(ceiling.windows)), .instant(now),
      ])
    let row = try await tx.one(selectImplicit, [.text(host.text)])
    return Charged(
      id: try row.identifier(0, of: SiteKind.self), host: host, origin: .implicit)
  }

  static let selectAbove = Statement(
    """
    SELECT s.id, s.host, n.name
    FROM unnest($1::text[]) AS n (name)
    JOIN sites s ON s.registered AND (s.host = n.name
      OR EXISTS (SELECT FROM site_aliases a WHERE a.site = s.id AND a.host = n.name))
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

  static let selectImplicit = Statement("SELECT id FROM sites WHERE host = $1")
}
