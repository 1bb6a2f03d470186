import CountersignTesting
import Domain
import Foundation
import Glibc
import Testing

@Suite("the database goes away", .inTurn)
struct DatabaseDownTests {
  @Test("live but not ready, calls are 503 with Retry-After; when it is back all goes on")
  func downAndBack() async throws {
    try await RunningDev.with { dev in
      let stage = Stage(dev: dev)
      let proposal = try await stage.approved(Content.polite())
      let held = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
      let server = try DatabaseServer(of: dev.workplace)
      try await server.stop(by: SIGQUIT)

      #expect(try await stage.nobody.get("/livez").status == 200)
      let ready = try await stage.nobody.get("/readyz")
      try ready.problem(503, "unavailable")
      #expect(ready.field("Retry-After") != nil)
      let me = try await stage.person("pm").get("/v1/me")
      try me.problem(503, "unavailable")
      #expect(me.field("Retry-After") != nil)
      try await stage.renew(try held["id"].requiredText, term: 1).problem(503, "unavailable")
      try await stage.person("pm").post(
        "/v1/proposals", ["content": Content.polite()]
      ).problem(503, "unavailable")
      // What needs no database is answered, and bad input still is bad input or unavailable.
      #expect(try await stage.nobody.get("/openapi.yaml").status == 200)
      #expect(try await stage.nobody.get("/nowhere").status == 404)
      let numbers = try MetricsPage(try await stage.nobody.get("/metrics").text)
      #expect(numbers.value("countersign_database_up") == 0)
      #expect(numbers.sum("countersign_database_refused_total", ["reason": "no_database"]) > 0)
      #expect(numbers.families["countersign_locks_in_force"]?.samples.isEmpty == true)
      let many = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<64 {
          group.addTask { try await stage.person("pm").get("/v1/people").status }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(many.allSatisfy { $0 == 503 })

      try await server.start()
      try await FaultScene(dev).becomesReady()
      #expect(try await stage.person("pm").get("/v1/me").status == 200)
      let numbersAfter = try MetricsPage(try await stage.nobody.get("/metrics").text)
      #expect(numbersAfter.value("countersign_database_up") == 1)
      let renewed = try await stage.renew(try held["id"].requiredText, term: 1).json(200)
      #expect(renewed["lease"]["term"] == 2)
      #expect(try await stage.view(proposal)["status"] == "approved")
      let list = try await stage.person("pm").get("/v1/proposals").json(200)
      #expect(list["items"].elements.count == 1, "the refused proposal was not stored")
    }
  }

  @Test("stopped, stopped at once and killed under load: nothing wrong, and all goes on")
  func stops() async throws {
    try await RunningDev.with(extra: FaultScene.settings) { dev in
      try await FaultScene(dev).check { scene in
        let server = try DatabaseServer(of: dev.workplace)
        for signal in [SIGINT, SIGQUIT, SIGKILL] {
          try await server.stop(by: signal)
          try await scene.calls(10, \.unavailable)
          let ready = try await Stage(dev: dev).nobody.get("/readyz")
          #expect(ready.status == 503, "after signal \(signal)")
          try await server.start()
          try await scene.becomesReady()
          try await scene.calls(20, \.definite)
        }
        // Where one of its processes crashes, the server throws everybody out and recovers.
        let process = try #require(try server.sessions().first)
        kill(process, SIGKILL)
        try await scene.calls(1, \.unavailable)
      }
    }
  }

  @Test("connections cut and statements cancelled one by one: every call finds its answer")
  func cuts() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningDev.withDatabase(on: shared, extra: FaultScene.settings) { dev in
      try await FaultScene(dev).check { scene in
        var random = SeededRandom(seed: scene.plan.seed)
        let second = try await scene.connect()
        for _ in 0..<150 {
          try await scene.calls(Int.random(in: 1...3, using: &random), \.sent)
          let deed =
            Int.random(in: 0..<3, using: &random) == 0
            ? "pg_cancel_backend" : "pg_terminate_backend"
          let turn = Int.random(in: 0..<8, using: &random)
          // The busy ones first: cutting an idle one hurts nobody.
          let sql = """
            SELECT \(deed)(pid) FROM (
              SELECT pid FROM pg_stat_activity WHERE datname = current_database()
                AND application_name = 'countersign'
              ORDER BY xact_start IS NULL, pid OFFSET \(turn / 3) LIMIT 1) AS chosen
            """
          try await offPool { _ = try second.rows(sql) }
        }
      }
    }
  }

  @Test("tables locked, statements and COMMIT slow: told to come back, then done once")
  func slowness() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningDev.withDatabase(on: shared, extra: FaultScene.settings) { dev in
      try await FaultScene(dev).check { scene in
        let second = try await scene.connect()
        func run(_ sql: String) async throws { try await offPool { _ = try second.rows(sql) } }
        for table in ["decisions", "leases", "idempotency_keys"] {
          try await run("BEGIN; LOCK TABLE \(table) IN ACCESS EXCLUSIVE MODE")
          try await scene.calls(3, \.unavailable)
          try await run("ROLLBACK")
          try await scene.calls(10, \.definite)
        }
        try await run(
          """
          CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$
          """)
        for kind in ["TRIGGER", "CONSTRAINT TRIGGER"] {
          let late = kind == "TRIGGER" ? "" : "DEFERRABLE INITIALLY DEFERRED"
          try await run(
            """
            CREATE \(kind) dozes AFTER INSERT ON lease_terms \(late)
              FOR EACH ROW EXECUTE FUNCTION doze()
            """)
          try await scene.calls(2, \.unavailable)
          try await run("DROP TRIGGER dozes ON lease_terms")
          try await scene.calls(10, \.definite)
        }
      }
    }
  }

  @Test("its processes stand still: what they do later is found by the repeat")
  func frozen() async throws {
    // A server of its own: a process that stands still may hold what every session waits for.
    try await RunningDev.with(extra: FaultScene.settings) { dev in
      try await FaultScene(dev).check { scene in
        let server = try DatabaseServer(of: dev.workplace)
        let frozen = try server.sessions()
        defer { for process in frozen { kill(process, SIGCONT) } }
        for process in frozen { kill(process, SIGSTOP) }
        try await scene.calls(1, \.unavailable)
        // Until it has given up some and taken others in their place: more than it may have.
        // The kernel is asked, as the server may be the one who waits.
        let connectionsMax = FaultScene.loops * FaultScene.connectionsOfLoop
        try await offPool {
          let deadline = Date(timeIntervalSinceNow: 60)
          while try server.sessions().count <= connectionsMax {
            try #require(Date() < deadline, "it waits for ever")
            sched_yield()
          }
        }
      }
    }
  }

  @Test("a network that swallows everything, and then is back")
  func blackHole() async throws {
    let shared = try await RunningDev.shared.value
    let proxy = try Proxy(to: shared.credentials.databaseURL)
    defer { proxy.close() }
    try await RunningDev.withDatabase(
      on: shared, extra: FaultScene.settings, by: { proxy.url(for: $0) }
    ) { dev, url in
      try await FaultScene(dev, databaseURL: url).check { scene in
        proxy.cut()
        try await scene.calls(6, \.unavailable)
        let ready = try await Stage(dev: dev).nobody.get("/readyz")
        #expect(ready.status == 503)
        proxy.heal()
      }
    }
  }
}
