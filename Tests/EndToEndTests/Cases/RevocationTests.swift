import Domain
import Foundation
import Testing

@Suite("the revocation feed", .inTurn)
struct RevocationTests {
  /// Two processes on a database of the test's own.
  private func withPair(
    _ body: (_ pair: [RunningServe], Stage) async throws -> Void
  ) async throws {
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      try await RunningServe.with(2, on: dev.credentials.databaseURL) { pair in
        try await body(pair, Stage(dev: dev) { pair.map(\.baseURL) })
      }
    }
  }

  @Test("a lock that is placed at one replica wakes who waits at the other")
  func wakes() async throws {
    try await withPair { _, stage in
      let (here, there) = (stage.replicas[0], stage.replicas[1])
      let proposal = try await stage.approved(Content.own())
      var next = try await there.gateway.get("/v1/revocations").json(200)["next"].requiredInteger
      var delays: [Duration] = []
      for _ in 0..<21 {
        let epoch = next
        let waiting = Task {
          let told = try await there.gateway.get(
            "/v1/revocations?since=\(epoch)&wait_seconds=10"
          ).json(200)
          return (told, ContinuousClock.now)
        }
        try await becomesPatient(1, at: there)
        let lock = try await place(["kind": "grant", "id": .string(proposal.grant)], here)
        let placed = ContinuousClock.now
        let (told, toldAt) = try await waiting.value
        expectMembers(told, ["epoch_events", "next"])
        #expect(told["epoch_events"].elements.count == 1)
        #expect(told["epoch_events"][0]["covers"] == ["grants": [.string(proposal.grant)]])
        next = try told["next"].requiredInteger
        #expect(next == epoch + 1)
        delays.append(placed.duration(to: toldAt))
        try await release(lock, here)
      }
      delays.sort()
      print(
        "from the lock's answer to the other replica's: median \(delays[10]), "
          + "least \(delays[0]), most \(delays[20])")
      // Without a notification it would be a second on average.
      #expect(delays[10] < .milliseconds(500))
    }
  }

  @Test(
    "P13 after a stop nothing is let through beyond 15 s: one point hears, the others' replicas die"
  )
  func bound() async throws {
    let shared = try await RunningDev.shared.value
    let proxy = try Proxy(to: shared.credentials.databaseURL)
    defer { proxy.close() }
    try await RunningDev.withDatabase(on: shared) { dev in
      let url = dev.credentials.databaseURL
      try await RunningServe.with(2, on: url) { pair in
        try await RunningServe.with(1, on: proxy.url(for: url)) { cut in
          let stage = Stage(dev: dev) { (pair + cut).map(\.baseURL) }
          try await self.bound(stage, killing: pair[1], cutting: proxy)
        }
      }
    }
  }

  private func bound(_ stage: Stage, killing: RunningServe, cutting proxy: Proxy) async throws {
    let here = stage.replicas[0]
    let proposal = try await here.approved(Content.own())
    // So slow that its term is four minutes long: it outlives everything below.
    let answer = try await here.lease(proposal, worker: "w1", wants: Rate(microRPS: 4_000))
      .json(201)
    let (lease, token) = (try answer["lease"]["id"].requiredText, try answer["token"].requiredText)
    let attempt = ReferencePoint.Attempt(host: proposal.host)
    let points = stage.replicas.map { ReferencePoint(audience: "demo", client: $0.gateway) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for point in points { group.addTask { await point.follow() } }
      for point in points {
        try await point.prepare()
        try await becomes(.honoured, point, token, attempt)
      }
      try await killing.kill9()
      proxy.cut()
      let lock = try await place(["kind": "grant", "id": .string(proposal.grant)], here)
      let placed = ContinuousClock.now
      try await becomes(.revoked(1), points[0], token, attempt)
      print("the point that hears refuses after \(placed.duration(to: .now))")
      for point in points.dropFirst() { #expect(point.judge(token, attempt) == .honoured) }
      for point in points.dropFirst() {
        try await becomes(.stale, point, token, attempt)
        print("a point that does not refuses after \(placed.duration(to: .now))")
      }
      #expect(placed.duration(to: .now) <= .seconds(15))

      proxy.heal()
      try await killing.start()
      for point in points { try await becomes(.revoked(1), point, token, attempt) }
      // It goes on by two; the old token stays void, the next one is honoured everywhere.
      try await release(lock, here)
      let renewed = try await here.renew(lease, term: 1).json(200)["token"].requiredText
      for point in points {
        #expect(point.judge(token, attempt) == .revoked(1))
        try await becomes(.honoured, point, renewed, attempt)
        #expect(point.judge(token, attempt) == .termReplaced)
        #expect(point.judge(renewed, .init(host: "other.example")) == .notCovered)
        #expect(point.judge(renewed + "x", attempt) == .invalid)
      }
      try await measured(lock, stage)
      group.cancelAll()
    }
  }

  /// The service knows when the point had taken in the lock.
  private func measured(_ lock: String, _ stage: Stage) async throws {
    let deadline = Date(timeIntervalSinceNow: 20)
    while true {
      let state = try await stage.replicas[0].person("pm").get("/v1/locks/\(lock)/propagation")
        .json(200)
      expectMembers(state, ["live_leases", "last_expiry", "enforcement_points"])
      let point = state["enforcement_points"][0]
      expectMembers(point, ["name", "seen_at"])
      if let seen = point["seen_at"].text.flatMap({ Timestamp($0) }) {
        let placed = try await stage.replicas[0].person("pm").get("/v1/locks").json(200)
        let lockedAt = placed["items"][0]["locked_at"].text.flatMap { Timestamp($0) }
        print("the service saw it after", seen.microseconds(since: try #require(lockedAt)), "µs")
        return
      }
      try #require(Date() < deadline, "\(state)")
    }
  }

  @Test("a replica that ends answers everybody who waits, and does not keep them waiting")
  func ends() async throws {
    try await withPair { pair, stage in
      let there = stage.replicas[1]
      let began = ContinuousClock.now
      let waiting = (0..<3).map { _ in
        Task { try await there.gateway.get("/v1/revocations?since=0&wait_seconds=10") }
      }
      try await becomesPatient(3, at: there)
      #expect(try await pair[1].stop() == 0)
      for task in waiting {
        let reply = try await task.value
        #expect(try reply.json(200) == ["epoch_events": [], "next": 0])
      }
      #expect(began.duration(to: .now) < .seconds(8))
    }
  }

  @Test("1,000 points wait at one replica: leases go on, memory stays, and all are told of a stop")
  func crowd() async throws {
    try await withPair { pair, stage in
      let (here, there) = (stage.replicas[0], stage.replicas[1])
      let proposal = try await stage.approved(Content.own())
      let granted = try await there.lease(proposal, worker: "w1").json(201)
      let lease = try granted["lease"]["id"].requiredText
      let sight = ProcessSight(processID: try #require(pair[1].program?.processID))
      let quiet = try await renewals(20, of: lease, from: 1, there)
      let crowd = try await Crowd.of(1_000, to: pair[1].baseURL, asking: "/livez")
      let before = try sight.residentKiB
      let secret = stage.dev.credentials.gateways["demo"]?.key
      let waiting = Task {
        try await crowd.ask("/v1/revocations?since=0&wait_seconds=10", times: 1, secret: secret)
      }
      try await becomesPatient(1_000, at: there)
      let with = try sight.residentKiB
      let busy = try await renewals(40, of: lease, from: 21, there)
      print("renewals: median \(quiet.median) alone, \(busy.median) beside 1,000 that wait")
      print("a point that waits takes \((with - before) * 1_024 / 1_000) bytes")
      #expect(busy.worst < .seconds(1))
      #expect((with - before) * 1_024 / 1_000 <= 16_384)
      let sessions = try await sessions(stage)
      #expect(sessions < 100, "\(sessions) connections to the database")

      let began = ContinuousClock.now
      _ = try await place(["kind": "grant", "id": .string(proposal.grant)], here)
      _ = try await waiting.value
      print("1,000 were told within", began.duration(to: .now))
      // They ask again, all at once, and wait for the next.
      let again = Task {
        try await crowd.ask("/v1/revocations?since=1&wait_seconds=10", times: 1, secret: secret)
      }
      try await becomesPatient(1_000, at: there)
      _ = try await place(["kind": "proposal", "id": .string(proposal.id)], here)
      _ = try await again.value
      let after = try sight.residentKiB
      #expect(after - with <= 8_192, "\(before), \(with), \(after) KiB")
      crowd.hangUp()
    }
  }

  private struct Latencies {
    let median: Duration
    let worst: Duration
  }

  private func renewals(
    _ count: Int, of lease: String, from term: Int64, _ stage: Stage
  ) async throws -> Latencies {
    var all: [Duration] = []
    for number in 0..<Int64(count) {
      let began = ContinuousClock.now
      _ = try await stage.renew(lease, term: term + number).json(200)
      all.append(began.duration(to: .now))
    }
    all.sort()
    return Latencies(median: all[count / 2], worst: all[count - 1])
  }

  private func sessions(_ stage: Stage) async throws -> Int {
    let connection = try await stage.secondConnection()
    return try await offPool {
      let rows = try connection.rows(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'countersign%'
        """)
      return Int(rows[0][0]) ?? .max
    }
  }

  private func becomes(
    _ verdict: ReferencePoint.Verdict, _ point: ReferencePoint, _ token: String,
    _ attempt: ReferencePoint.Attempt
  ) async throws {
    let deadline = Date(timeIntervalSinceNow: 40)
    while point.judge(token, attempt) != verdict {
      try #require(Date() < deadline, "\(point.judge(token, attempt)), not \(verdict)")
      await Client.pause(milliseconds: 5)
    }
  }

  /// Waits until so many long polls are open at a replica.
  private func becomesPatient(_ count: Int, at stage: Stage) async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while true {
      let page = try MetricsPage(try await stage.nobody.get("/metrics").text)
      let waiting = page.value("countersign_http_handlers", ["lane": "patient"]) ?? 0
      if Int(waiting) == count { return }
      try #require(Date() < deadline, "\(waiting) wait, not \(count)")
    }
  }

  private func place(_ scope: JSON, _ stage: Stage) async throws -> String {
    try await stage.person("legal").post("/v1/locks", ["scope": scope, "reason": "stop"])
      .json(201)["id"].requiredText
  }

  private func release(_ lock: String, _ stage: Stage) async throws {
    for (name, status) in [("legal", 202), ("operator", 200)] {
      _ = try await stage.person(name).post("/v1/locks/\(lock)/releases", ["reason": "over"])
        .json(status)
    }
  }
}
