import Domain
import Foundation
import Testing

@Suite("metrics", .inTurn)
struct MetricsTests {
  private func page(_ stage: Stage) async throws -> MetricsPage {
    let reply = try await stage.nobody.get("/metrics")
    #expect(reply.status == 200)
    #expect(reply.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
    return try MetricsPage(reply.text)
  }

  @Test("the page is strict text format and has the names of docs/operations.md and no others")
  func names() async throws {
    let page = try await page(try await Stage.shared())
    let manual = try String(
      contentsOfFile: Binary.repository + "/docs/operations.md", encoding: .utf8)
    let section = try #require(manual.split(separator: "\n## ").first { $0.hasPrefix("Metrics") })
    let rows = section.matches(of: /\| `([a-z_]+)` \| ([a-z]+) \| ([a-z`, ]*) ?\|/)
    let documented = Dictionary(
      uniqueKeysWithValues: rows.map { (String($0.1), String($0.2)) })
    #expect(documented == page.families.mapValues(\.type))
    for row in rows {
      let labels = Set(row.3.split(separator: ",").map { $0.filter { $0.isLetter || $0 == "_" } })
      for sample in page.families[String(row.1)]?.samples ?? [] {
        #expect(Set(sample.labels.keys).subtracting(["le"]) == labels, "\(row.1)")
      }
    }
  }

  @Test("what was done is counted, by pattern and code, once")
  func counts() async throws {
    // Two loops: who is asked, and who has counted, need not be the same.
    try await RunningDev.with(extra: ["COUNTERSIGN_LOOPS": "2"]) { dev in
      let stage = Stage(dev: dev)
      let before = try await page(stage)
      for _ in 0..<20 { _ = try await stage.nobody.get("/livez") }
      for path in ["/nowhere", "/nowhere/1?a=%22b", "/v1/leases/lease_x/renewals"] {
        _ = try await stage.nobody.get(path)
      }
      let proposal = try await stage.approved(Content.own())
      let held = try await stage.lease(proposal, worker: "w1", key: "once").json(201)["lease"]
      let again = try await stage.lease(proposal, worker: "w1", key: "once")
      #expect(again.field("Idempotency-Replayed") == "true")
      let lease = try held["id"].requiredText
      _ = try await stage.renew(lease, term: 1).json(200)
      _ = try await stage.renew(lease, term: 2).json(200)
      let stop: JSON = [
        "scope": ["kind": "proposal", "id": .string(proposal.id)], "reason": "Stop.",
      ]
      _ = try await stage.person("operator").post("/v1/locks", stop).json(201)
      try await stage.renew(lease, term: 3).problem(423, "locked")
      try await stage.giveBack(lease, term: 9, by: stage.pool).problem(409, "wrong_term")
      _ = try await stage.giveBack(lease, term: 3, by: stage.pool).json(200)
      let page = try await page(stage)

      let livez = ["route": "/livez", "method": "GET"]
      let livezOK = livez.merging(["status": "2xx"]) { $1 }
      #expect(page.value("countersign_http_requests_total", livezOK) == 20)
      #expect(page.value("countersign_http_request_duration_seconds_count", livez) == 20)
      #expect(
        page.value(
          "countersign_http_requests_total",
          ["route": "none", "method": "none", "status": "4xx"]) == 3)
      #expect(
        page.sum("countersign_http_requests_total", ["route": "/v1/leases/{id}/renewals"]) == 3)
      let calls = [
        (["call": "grant", "result": "ok"], 1.0), (["call": "grant", "result": "replayed"], 1),
        (["call": "renewal", "result": "ok"], 2), (["call": "renewal", "result": "locked"], 1),
        (["call": "return", "result": "ok"], 1), (["call": "return", "result": "wrong_term"], 1),
      ]
      for (labels, count) in calls {
        #expect(page.value("countersign_lease_calls_total", labels) == count, "\(labels)")
      }
      #expect(before.value("countersign_locks_in_force", ["kind": "proposal"]) == 0)
      #expect(page.value("countersign_locks_in_force", ["kind": "proposal"]) == 1)
      #expect(page.value("countersign_locks_in_force", ["kind": "everything"]) == 0)
      let committed = "countersign_database_transactions_total"
      #expect(page.sum(committed, ["outcome": "committed"]) > before.sum(committed) + 8)
      #expect(page.sum(committed, ["outcome": "rolled_back"]) >= 1, "the refused return")
      let workers = page.value("countersign_database_wait_seconds_count", ["lane": "bulk"]) ?? 0
      #expect(workers >= 6)
      #expect(page.value("countersign_database_up") == 1)
      #expect(page.value("countersign_database_connections_max") == 16)
      #expect(page.sum("countersign_database_connections") >= 1)
      #expect(page.value("countersign_http_connections_accepted_total") ?? 0 >= 1)
      // This very request is being worked on.
      #expect(page.value("countersign_http_handlers", ["lane": "interactive"]) == 1)
      try expectProcess(page)
    }
  }

  private func expectProcess(_ page: MetricsPage) throws {
    let now = Date().timeIntervalSince1970
    let start = try #require(page.value("process_start_time_seconds"))
    #expect(start <= now + 1 && start > now - 3_600)
    #expect(page.value("process_cpu_seconds_total") ?? 0 > 0)
    #expect(page.value("process_resident_memory_bytes") ?? 0 > 1_000_000)
    let open = try #require(page.value("process_open_fds"))
    #expect(open > 5 && open < page.value("process_max_fds") ?? 0)
  }

  @Test("the strict reader takes nothing that the format forbids")
  func strictness() throws {
    let good = """
      # HELP a_seconds A.
      # TYPE a_seconds histogram
      a_seconds_bucket{le="1"} 1
      a_seconds_bucket{le="+Inf"} 2
      a_seconds_sum 3.5
      a_seconds_count 2
      # HELP b_total B.
      # TYPE b_total counter
      b_total{c="d\\"e"} 1

      """
    #expect(try MetricsPage(good).value("b_total", ["c": "d\"e"]) == 1)
    let faults = [
      ("count 2", "count 3"), ("+Inf", "2"), ("\"1\"} 1", "\"1\"} 3"), ("HELP b", "HELP c"),
      ("counter", "number"), ("b_total", "b"), ("d\\\"", "d\\x"), ("c=", "1c="),
      ("a_seconds_sum 3.5\n", ""), ("e\"} 1", "e\"} x"), ("e\"} 1\n", "e\"} 1"),
      ("# TYPE b_total counter\n", ""), ("e\"} 1", "e\"}1"), ("e\"} 1", "e\"} -1"),
    ]
    for (sound, flaw) in faults {
      let bad = good.replacing(sound, with: flaw)
      #expect(bad != good, "\(sound)")
      #expect(throws: MetricsPage.Fault.self, "\(flaw)") { try MetricsPage(bad) }
    }
  }
}
