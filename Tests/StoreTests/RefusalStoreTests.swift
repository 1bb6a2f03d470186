import CountersignTesting
import Domain
import Postgres
import Store
import Testing
import Workflow

@Suite("refused lease calls in the database")
struct RefusalStoreTests {
  private static func add(
    _ counts: [RefusalStore.Key: Int64], to database: Database
  ) async throws {
    try await database.transaction { (tx: borrowing Transaction) in
      RefusalStore.add(counts, in: tx)
    }
  }

  private static func rows(_ psql: Psql) throws -> [String] {
    try psql.run(
      """
      SELECT coalesce(s.host, 'budget') || ' ' || r.code || ' ' || r.calls
      FROM refusals r LEFT JOIN sites s ON s.id = r.scope ORDER BY 1
      """
    ).map { $0[0] ?? "" }
  }

  private static func key(
    _ place: RefusalStore.Place, _ code: Refusal.Code, _ now: Timestamp
  ) -> RefusalStore.Key {
    RefusalStore.Key(place: place, minute: now.minute, code: code)
  }

  @Test("counts add up; a host counts once at every site above it, and nowhere where there is none")
  func places() async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let grant = try await service.makeGrant()
      let psql = Psql(url: url)
      let site = try service.newSiteSQL("example.com")
      let under = try service.newSiteSQL("a.example.com")
      try psql.run(
        """
        \(site.sql); \(under.sql);
        INSERT INTO site_aliases (host, site) VALUES ('b.example.com', '\(site.id)')
        """)
      let now = try await service.time().now
      let counts: [RefusalStore.Key: Int64] = [
        Self.key(.scope(.budget(grant.budget)), .noCapacity, now): 3,
        Self.key(.scope(.budget(BudgetID.make(at: now))), .noCapacity, now): 5,
        Self.key(.host(try Host("www.a.example.com")), .noGrant, now): 2,
        Self.key(.host(try Host("x.b.example.com")), .noGrant, now): 7,
        Self.key(.host(try Host("example.org")), .noGrant, now): 11,
      ]
      for _ in 0..<2 { try await Self.add(counts, to: database) }
      #expect(
        try Self.rows(psql) == [
          "a.example.com no_grant 4", "budget no_capacity 6", "example.com no_grant 18",
        ])
    }
  }

  @Test("many replicas that write at once wait for nobody for long, and nothing is lost")
  func atOnce() async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let first = try await service.makeGrant()
      let grants = [first, try await service.makeGrant(beside: first)]
      let now = try await service.time().now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<40 {
          group.addTask {
            // A dictionary has another order each time.
            var counts: [RefusalStore.Key: Int64] = [:]
            for grant in grants {
              for code in Refusal.Code.allCases {
                counts[Self.key(.scope(.budget(grant.budget)), code, now)] = 1
              }
            }
            try await Self.add(counts, to: database)
          }
        }
        try await group.waitForAll()
      }
      let psql = Psql(url: url)
      #expect(try psql.value("SELECT min(calls) || ' ' || max(calls) FROM refusals") == "40 40")
      #expect(
        try psql.value("SELECT count(*) FROM refusals") == "\(2 * Refusal.Code.allCases.count)")
    }
  }

  @Test("a count waits for no lease call, and no lease call for a count")
  func noLocks() async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let grant = try await service.makeGrant()
      let now = try await service.time().now
      let lease = AdministrationConnectionBox(try AdministrationConnection(url: url))
      try lease.run("BEGIN; SELECT FROM scopes WHERE id = '\(grant.budget)' FOR UPDATE")
      try await Self.add(
        [Self.key(.scope(.budget(grant.budget)), .noCapacity, now): 1], to: database)
      try lease.run("COMMIT")
      #expect(try Psql(url: url).value("SELECT sum(calls) FROM refusals") == "1")
    }
  }

  @Test("the schema takes whole minutes and positive counts of named codes only")
  func shapes() async throws {
    try await TestDatabase.with { database, url in
      let grant = try await TestService.make(on: database).makeGrant()
      let psql = Psql(url: url)
      func insert(_ minute: String, _ code: String, _ calls: Int) -> String {
        "INSERT INTO refusals VALUES ('\(grant.budget)', '\(minute)', '\(code)', \(calls))"
      }
      try psql.expect(insert("2026-11-22 10:00:00Z", "no_capacity", 1), Psql.accepted)
      for (sql, constraint) in [
        (insert("2026-11-22 10:00:01Z", "no_capacity", 1), "refusals_minute_check"),
        (insert("2026-11-22 10:00:00Z", "", 1), "refusals_code_check"),
        (insert("2026-11-22 10:00:00Z", "no_capacity", 0), "refusals_calls_check"),
      ] { try psql.expect(sql, constraint) }
    }
  }
}

/// A connection of which several statements are run one after the other.
private final class AdministrationConnectionBox {
  private let connection: AdministrationConnection

  init(_ connection: consuming AdministrationConnection) { self.connection = connection }

  func run(_ sql: String) throws { try connection.run(sql) }
}

extension Service {
  /// An implicit site as rows.
  fileprivate func newSiteSQL(_ host: String) throws -> (id: String, sql: String) {
    let id = newID(SiteKind.self)
    return (
      "\(id)",
      """
      INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, daily_requests, time_zone,
        windows, last_clock)
      VALUES ('\(id)', 'site', 2000000, 8, 8, 100000, 'UTC', 'always', now());
      INSERT INTO sites (id, host, registered, version, created_at)
      VALUES ('\(id)', '\(host)', false, 1, now())
      """
    )
  }
}
