import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Testing
import Workflow

@Suite("settlement of leases")
struct SettlementTests {
  /// The ends of leases in the log: cause and final use, in order.
  private func ends(_ crowd: LeaseCrowd) async throws -> [String] {
    try await crowd.rows(Self.selectEnds).map { row in
      let event = try JSONParser.parse(try row.bytes(0))
      guard case .number(let used) = event.at("detail", "used") else { return "no use" }
      return "\(event.text("detail", "cause") ?? "") \(used.int64 ?? -1)"
    }
  }

  private static let selectEnds = Statement(
    "SELECT bytes FROM events WHERE type = 'lease.ended' ORDER BY stream, seq")

  @Test("a lease that nobody goes on with ends in the log, with all it reserved as its use")
  func expired() async throws {
    try await LeaseCrowd.with { crowd in
      try await crowd.join("a")
      let quota = try #require(crowd.spiders["a"]).lease.term.quota
      #expect(try await crowd.today() == [0, quota])
      // Its holder may still report for a minute after the end.
      crowd.move(seconds: 119)
      #expect(try await crowd.runner([SettleLeasesChore()]).sweep() == 0)
      crowd.move(seconds: 1)
      #expect(try await crowd.runner([SettleLeasesChore()]).sweep() == 1)
      #expect(try await crowd.today() == [quota, 0])
      #expect(try await ends(crowd) == ["expired \(quota)"])
      let view = try await crowd.service.look(
        as: crowd.grant.requester,
        ShowLease(lease: try #require(crowd.spiders["a"]).lease.id)
      ).view.lease
      #expect(view.state(at: crowd.now) == .expired)
      #expect(view.ended?.at == view.term.expiresAt)
      // Another leader finds nothing, and doing it again does nothing.
      #expect(try await crowd.runner(on: 1, [SettleLeasesChore()]).sweep() == 0)
      #expect(try await ends(crowd).count == 1)
    }
  }

  @Test("P11 what reports give back is reserved again; a renewal keeps the rest bound")
  func givenBack() async throws {
    try await LeaseCrowd.with({ $0.dailyRequests = 100 }) { crowd in
      try await crowd.join("a")
      var quotas = [try #require(crowd.spiders["a"]).lease.term.quota]
      for _ in 0..<12 {
        crowd.send("a", seconds: 20)
        crowd.move(seconds: 20)
        try await crowd.renew("a")
        quotas.append(try #require(crowd.spiders["a"]).lease.term.quota)
        let today = try await crowd.today()
        #expect(today[0] + today[1] <= 100)
      }
      // Twelve times as many as fit when nothing was given back.
      #expect(quotas.reduce(0, +) > 100)
      #expect(try await crowd.today()[0] == 60)
    }
  }

  @Test("P11 a late report settles the day in which it was reserved, and once")
  func midnight() async throws {
    try await LeaseCrowd.with { crowd in
      let midnight = crowd.start.adding(seconds: 43_200)
      crowd.move(to: midnight.adding(seconds: -50))
      try await crowd.join("a")
      let lease = try #require(crowd.spiders["a"]).lease
      #expect(lease.term.expiresAt == midnight)
      crowd.send("a", count: 7)
      crowd.move(to: midnight.adding(seconds: 20))
      for _ in 0..<2 {
        let input = ReturnLease.Input(term: 1, report: try crowd.report("a"))
        await #expect(throws: Refusals.self) {
          try await crowd.act(ReturnLease(lease: lease.id, input: .success(input)))
        }
        #expect(try await crowd.days() == [crowd.start.utcDate: [7, 0]])
      }
      crowd.move(to: midnight.adding(seconds: 60))
      try await crowd.sweep()
      #expect(try await crowd.days() == [crowd.start.utcDate: [7, 0]])
      #expect(try await ends(crowd) == ["expired 7"])
      // A minute after the end nothing is heard any more.
      let input = ReturnLease.Input(term: 1, report: try crowd.report("a"))
      await #expect(throws: Refusals.self) {
        try await crowd.act(ReturnLease(lease: lease.id, input: .success(input)))
      }
      #expect(try await crowd.days() == [crowd.start.utcDate: [7, 0]])
    }
  }

  @Test("a return by the enforcement point settles at once, one by the holder when it is certain")
  func returned() async throws {
    try await LeaseCrowd.with { crowd in
      try await crowd.join("a")
      try await crowd.join("b")
      let quota = try #require(crowd.spiders["b"]).lease.term.quota
      crowd.move(seconds: 10)
      crowd.send("a", count: 3)
      crowd.send("b", count: 4)
      try await crowd.giveBack("a", as: crowd.grant.gatewayCalls())
      #expect(try await crowd.today() == [3, quota])
      try await crowd.giveBack("b")
      #expect(try await crowd.today() == [7, quota - 4])
      #expect(try await ends(crowd) == ["returned 3", "returned 4"])
      crowd.move(seconds: 54)
      try await crowd.sweep()
      #expect(try await crowd.today() == [7, 0])
      #expect(try await ends(crowd).count == 2)
    }
  }

  @Test("P11 a fleet that reports sends at least 95 % of its day, and never more is bound")
  func usable() async throws {
    let cap: Int64 = 3_000
    try await LeaseCrowd.with({
      $0.rate = Rate(microRPS: 8_000_000)
      $0.burst = 8
      $0.dailyRequests = cap
    }) { crowd in
      let names = ["a", "b", "c", "d"]
      for name in names { try await crowd.join(name, wish: 2_000_000) }
      for _ in 0..<80 {
        for name in names { crowd.send(name, seconds: 20) }
        crowd.move(seconds: 20)
        for (place, name) in names.enumerated() {
          let replica = place % 2
          do {
            if crowd.spiders[name] == nil {
              try await crowd.join(name, wish: 2_000_000, on: replica)
            } else {
              try await crowd.renew(name, on: replica)
            }
          } catch is Refusals {
            // Whose term is over told of it with the call that was refused.
            if let lease = crowd.spiders[name]?.lease, lease.term.expiresAt <= crowd.now {
              crowd.spiders[name] = nil
            }
          }
          let today = try await crowd.today()
          #expect(today[0] + today[1] <= cap)
        }
      }
      #expect(try await crowd.today()[0] * 100 >= cap * 95)
      crowd.move(seconds: 200)
      try await crowd.sweep()
      let used = try await crowd.today()
      #expect(used[1] == 0 && used[0] <= cap)
    }
  }

  @Test("many leases end in batches; a replica that dies between two loses nothing")
  func batches() async throws {
    try await LeaseCrowd.with({
      $0.rate = Rate(microRPS: 100_000_000)
      $0.burst = 500
      $0.concurrency = 500
      $0.workers = 500
    }) { crowd in
      _ = try await crowd.register("example.com")
      let count = Int(SettlementStore.batchMax) * 2 + 5
      for number in 0..<count { try await crowd.join("w\(number)", wish: 100_000) }
      let reserved = try await crowd.today()[1]
      crowd.move(seconds: 400)
      let now = crowd.now
      let due = try await crowd.service.database.read { (tx: borrowing Transaction) in
        try await SettleLeases.due(limit: 10, at: now, in: tx)
      }
      #expect(due.map(\.leases.count) == [50, 50, 5])
      // The first one is done, then somebody else goes on, both at once.
      let first = try await crowd.service.performUnauthenticated(
        SettleLeases(due[0]), method: .service, trace: nil)
      #expect(first == 50)
      let runners = (0...1).map { crowd.runner(on: $0, [SettleLeasesChore()]) }
      async let one = runners[0].sweep()
      async let two = runners[1].sweep()
      _ = try await (one, two)
      try await crowd.sweep()
      #expect(try await ends(crowd).count == count)
      #expect(try await crowd.today() == [reserved, 0])
      let again = try await crowd.service.performUnauthenticated(
        SettleLeases(due[0]), method: .service, trace: nil)
      #expect(again == 0)
    }
  }

  @Test("P11 a site that comes to count a lease counts what its tokens still allow, in its own day")
  func newSite() async throws {
    try await LeaseCrowd.with { crowd in
      try await crowd.join("a")
      crowd.send("a", count: 4)
      crowd.move(seconds: 20)
      try await crowd.renew("a")
      let reserved = try await crowd.today()[1]
      let site = try await crowd.register("www.example.com")
      func counted() async throws -> [[Int64]] {
        try await crowd.rows(Self.selectSite, [.id(site.id)]).map { row in
          [try row.int64(0), try row.int64(1)]
        }
      }
      #expect(try await counted() == [[0, reserved]])
      crowd.send("a", count: 5)
      crowd.move(seconds: 20)
      try await crowd.renew("a")
      let today = try await crowd.today()
      #expect(today[0] == 9)
      #expect(try await counted() == [[5, today[1]]])
      // Its day is another one from now on: the chain's is over, and a new one is counted there.
      _ = try await crowd.register(
        "www.example.com", zone: "Pacific/Kiritimati", version: site.version)
      crowd.move(seconds: 5)
      do {
        try await crowd.renew("a")
        Issue.record("a chain over two days")
      } catch let refusals as Refusals {
        #expect(refusals.first.code == .outsideWindow)
      }
      try await crowd.join("b")
      #expect(try await counted().count == 2)
      crowd.move(seconds: 400)
      try await crowd.sweep()
      let used = try await counted()
      #expect(used.map { $0[1] } == [0, 0])
      #expect(used.reduce(0) { $0 + $1[0] } + 4 == (try await crowd.today()[0]))
    }
  }

  private static let selectSite = Statement(
    "SELECT used, reserved FROM scope_days WHERE scope = $1 ORDER BY day")
}
