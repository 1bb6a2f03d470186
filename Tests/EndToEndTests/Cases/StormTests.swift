import Domain
import Foundation
import Synchronization
import Testing

/// One loop with two connections, so that either lane has one: worse than any real setting.
@Suite("storms of calls that wait for locked rows", .inTurn)
struct StormTests {
  private static let callsAtOnce = 200
  /// One that runs and 64 that may wait for its connection (decision 12). When that one gives up
  /// on its rows, another may just have the time left to begin and give up in its turn.
  private static let keptMax = 65
  private static let settings = [
    "COUNTERSIGN_LOOPS": "1", "COUNTERSIGN_CONNECTIONS": "2",
    "COUNTERSIGN_CONNECTION_WAIT_MILLISECONDS": "3000",
  ]

  @Test("200 renewals that cannot go on keep nobody from stopping, signing and looking")
  func workers() async throws {
    try await RunningDev.with(extra: StormTests.settings) { dev in
      let stage = Stage(dev: dev)
      let proposal = try await stage.approved(Content.own())
      let open = try await stage.submitted(Content.polite())
      let held = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
      let lease = try held["id"].requiredText
      let second = try await stage.secondConnection()
      try await offPool {
        _ = try second.rows("BEGIN")
        let rows = try second.rows(
          """
          SELECT c.id FROM scopes c JOIN lease_charges l ON l.scope = c.id
          WHERE l.lease = '\(lease)' ORDER BY c.id FOR UPDATE OF c
          """)
        try #require(!rows.isEmpty)
      }

      let storm = Storm(StormTests.callsAtOnce) { try await stage.renew(lease, term: 1) }
      try await storm.answered(StormTests.callsAtOnce - StormTests.keptMax)
      // Those over the limit were told so at once; the others wait, and people do not.
      let lock = try await stage.person("operator").post(
        "/v1/locks",
        ["scope": ["kind": "proposal", "id": .string(open.id)], "reason": "It is too much."])
      _ = try lock.json(201)
      _ = try await stage.decide(open, as: "legal", "legal_reviewer").json(201)
      _ = try await stage.person("pm").get("/v1/proposals").json(200)
      #expect(storm.count < StormTests.callsAtOnce, "people were answered before the storm")

      try await storm.answered(StormTests.callsAtOnce)
      try storm.expectToldToComeAgain(overloadedAtLeast: StormTests.callsAtOnce - 2)
      try await offPool { _ = try second.rows("ROLLBACK") }
      #expect(try await stage.renew(lease, term: 1).json(200)["lease"]["term"] == 2)
      try await expectCalm(stage)
    }
  }

  @Test("200 signatures that cannot go on keep no worker from renewing")
  func people() async throws {
    try await RunningDev.with(extra: StormTests.settings) { dev in
      let stage = Stage(dev: dev)
      let proposal = try await stage.approved(Content.own())
      let held = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
      let lease = try held["id"].requiredText
      let open = try await stage.submitted(Content.polite())
      let second = try await stage.secondConnection()
      try await offPool {
        _ = try second.rows("BEGIN")
        let rows = try second.rows("SELECT id FROM proposals WHERE id = '\(open.id)' FOR UPDATE")
        try #require(rows.count == 1)
      }

      let storm = Storm(StormTests.callsAtOnce) {
        try await stage.decide(open, as: "legal", "legal_reviewer")
      }
      try await storm.answered(StormTests.callsAtOnce - StormTests.keptMax)
      #expect(try await stage.renew(lease, term: 1).json(200)["lease"]["term"] == 2)
      #expect(try await stage.renew(lease, term: 2).json(200)["lease"]["term"] == 3)
      #expect(storm.count < StormTests.callsAtOnce, "workers were answered before the storm")

      try await storm.answered(StormTests.callsAtOnce)
      try storm.expectToldToComeAgain(overloadedAtLeast: StormTests.callsAtOnce - 2)
      try await offPool { _ = try second.rows("ROLLBACK") }
      _ = try await stage.decide(open, as: "legal", "legal_reviewer").json(201)
      try await expectCalm(stage)
    }
  }

  /// Nothing is left of the storm: a queue's length of calls at once is answered.
  private func expectCalm(_ stage: Stage) async throws {
    let (people, workers) = (
      Storm(32) { try await stage.person("pm").get("/v1/me") },
      Storm(32) { try await stage.introspect("none") }
    )
    try await people.answered(32)
    try await workers.answered(32)
    #expect(try people.replies.allSatisfy { $0.status == 200 })
    #expect(try workers.replies.allSatisfy { $0.status == 200 })
  }
}

/// Calls that are all on their way at once, and the answers that have come.
private final class Storm: Sendable {
  private let results = Mutex<[Result<Reply, any Error>]>([])

  init(_ count: Int, _ call: @escaping @Sendable () async throws -> Reply) {
    for _ in 0..<count {
      Task { [self] in
        let result: Result<Reply, any Error>
        do { result = .success(try await call()) } catch { result = .failure(error) }
        results.withLock { $0.append(result) }
      }
    }
  }

  var count: Int { results.withLock { $0.count } }

  var replies: [Reply] {
    get throws { try results.withLock { try $0.map { try $0.get() } } }
  }

  /// Waits until so many have been answered.
  func answered(_ count: Int) async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while self.count < count {
      guard Date() < deadline else {
        throw Program.Failure(description: "only \(self.count) of \(count) calls are answered")
      }
      await Task.yield()
    }
  }

  /// Every answer is 503 and says when to come again; as many say that it is too much.
  func expectToldToComeAgain(overloadedAtLeast count: Int) throws {
    let replies = try replies
    for reply in replies {
      #expect(reply.status == 503, "\(reply.text)")
      #expect(Int(reply.field("Retry-After") ?? "") ?? 0 > 0)
    }
    let overloaded = try replies.count { try $0.json["code"].text == "overloaded" }
    #expect(overloaded >= count)
  }
}
