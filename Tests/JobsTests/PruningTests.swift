import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Testing
import Workflow

@Suite("terms that are over")
struct PruningTests {
  private let kept: Int64 = 600

  private func terms(_ crowd: LeaseCrowd) async throws -> Int64 {
    try await crowd.rows(Self.countTerms)[0].int64(0)
  }

  private static let countTerms = Statement("SELECT count(*) FROM lease_terms")

  /// Everything that is read of what was sent, as text.
  private func answers(_ crowd: LeaseCrowd) async throws -> [String] {
    let (grant, now, start) = (crowd.grant.grant, crowd.now, crowd.start)
    return try await crowd.service.database.read { (tx: borrowing Transaction) in
      var found: [String] = []
      let host = try Host("example.com")
      let load = try await SiteLoadStore.find(host, at: now, in: tx)
      found.append("\(load?.minutes ?? [])")
      found.append("\(try await GrantUsageStore.usage(of: grant, in: tx))")
      for (from, to) in [(0, 60), (60, 120), (120, 600), (0, 7_200), (540, 660)] as [(Int64, Int64)]
      {
        let span = OutageSpan(from: start.adding(seconds: from), to: start.adding(seconds: to))
        found.append(
          "\(try await OutageStore.sent(to: host, in: span, under: [grant], in: tx))")
        for percent in [1, 20, 50, 100] as [Int64] {
          found.append(
            """
            \(try await OutageStore.troubled(
              at: host, in: span, under: [grant], sharePercent: percent, in: tx))
            """)
        }
      }
      return found
    }
  }

  @Test("what was sent is told the same before and after its terms are pruned")
  func same() async throws {
    var generator = SplitMix64(state: SettlementSeed.value)
    try await LeaseCrowd.with { crowd in
      let names = ["a", "b", "c"]
      for name in names { try await crowd.join(name) }
      for _ in 0..<40 {
        crowd.move(seconds: Int64.random(in: 5...20, using: &generator))
        for name in names where crowd.spiders[name] != nil {
          crowd.send(name, count: Int64.random(in: 0...9, using: &generator))
          let sent = crowd.spiders[name]?.untold ?? 0
          // Not found is no failure: breakers stay closed, and hundredths come about.
          let failed = Int64.random(in: 0...9, using: &generator) == 0 ? sent / 6 : 0
          do {
            try await crowd.renew(
              name, status: ["200": JSON(sent - failed), "502": JSON(failed)])
          } catch is Refusals {
            crowd.spiders[name] = nil
          }
        }
      }
      if crowd.spiders["a"] != nil { try await crowd.giveBack("a") }
      crowd.move(seconds: 130)
      try await crowd.sweep()
      let before = try await answers(crowd)
      let (count, now) = (try await terms(crowd), crowd.now)
      #expect(count > 20)
      // A first part of them is old enough, then all are.
      for age in [300, 0] as [Int64] {
        let end = now.adding(seconds: -age)
        let batches = try await crowd.service.database.read { (tx: borrowing Transaction) in
          try await PruneTerms.due(before: end, limit: 10, in: tx)
        }
        for batch in batches {
          _ = try await crowd.service.performUnauthenticated(
            PruneTerms(batch), method: .service, trace: nil)
        }
        #expect(try await terms(crowd) < count)
        for (after, before) in zip(try await answers(crowd), before) {
          #expect(after == before, "seed \(SettlementSeed.value)")
        }
      }
      #expect(try await terms(crowd) == 0)
    }
  }

  @Test("the journal of a chain that goes on stays flat; its newest terms stay")
  func flat() async throws {
    try await LeaseCrowd.with { crowd in
      try await crowd.join("a")
      var most: Int64 = 0
      for step in 1...150 {
        crowd.send("a", seconds: 20)
        crowd.move(seconds: 20)
        try await crowd.renew("a")
        guard step % 10 == 0 else { continue }
        _ = try await crowd.runner([PruneTermsChore(keptSeconds: kept)]).sweep()
        most = max(most, try await terms(crowd))
      }
      // Ten minutes, one term, and what came between two looks.
      #expect(most <= (600 + 63 + 200) / 20 + 1)
      #expect(try await terms(crowd) > 30)
      // With two replicas at once, and once it is settled, nothing is left.
      crowd.move(seconds: 900)
      try await crowd.sweep()
      let runners = (0...1).map {
        crowd.runner(on: $0, [PruneTermsChore(keptSeconds: kept)])
      }
      async let one = runners[0].sweep()
      async let two = runners[1].sweep()
      _ = try await (one, two)
      try await crowd.sweep([PruneTermsChore(keptSeconds: kept)])
      #expect(try await terms(crowd) == 0)
      #expect(try await crowd.today()[1] == 0)
    }
  }
}
