import CountersignTesting
import Domain
import Foundation
import Postgres
import Testing
import Workflow

@Suite("Renewals that go together")
struct RenewalBatchTests {
  @Test("the same calls together and one after the other: the same answers and the same rows")
  func sameAsAlone() async throws {
    let seed =
      ProcessInfo.processInfo.environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) }
      ?? .random(in: .min ... .max)
    print("renewals together: COUNTERSIGN_SEED=\(seed)")
    var random = SeededRandom(seed: seed)
    try await RenewalScene.with(dailyRequests: 700) { together in
      try await RenewalScene.with(renewalBatchMax: 1, dailyRequests: 700) { alone in
        var (some, others) = (try await together.leases(8), try await alone.leases(8))
        #expect(some.map(\.term.portion) == others.map(\.term.portion), "seed \(seed)")
        var now = together.noon.adding(seconds: 10)
        for round in 0..<10 {
          now = now.adding(seconds: .random(in: 4...20, using: &random))
          together.clock.set(to: now)
          alone.clock.set(to: now)
          let calls = RenewalScene.Call.some(using: &random)
          let answers = try await together.gathered(calls, some)
          for place in calls.indices {
            let answer = await alone.answer(calls[place], others)
            #expect(answers[place] == answer, "seed \(seed), round \(round), \(calls[place])")
          }
          let (rows, otherRows) = (try together.rows(), try alone.rows())
          let unlike = rows.filter { !otherRows.contains($0) }
          #expect(unlike == [], "seed \(seed), round \(round)")
          #expect(otherRows.filter { !rows.contains($0) } == [], "seed \(seed), round \(round)")
          #expect(rows.count == otherRows.count, "seed \(seed), round \(round)")
          (some, others) = (try await together.standing(some), try await alone.standing(others))
        }
        #expect(some.contains { $0.term.number > 3 }, "seed \(seed)")
        #expect(together.service.renewals.counts.renewals > 10, "seed \(seed)")
        #expect(alone.service.renewals.counts.renewals == 0)
      }
    }
  }

  @Test("P11 what a late report gives back to yesterday is not there for those of today")
  func yesterday() async throws {
    try await RenewalScene.with(dailyRequests: 22) { scene in
      let noon = scene.noon
      let midnight = noon.adding(seconds: 43_200)
      scene.clock.set(to: midnight.adding(seconds: -50))
      var leases = [
        try await scene.grant.grantLease(scene.service, worker: "w0", wish: 150_000).lease
      ]
      scene.clock.set(to: midnight.adding(seconds: 20))
      for name in ["w1", "w2"] {
        leases.append(
          try await scene.grant.grantLease(scene.service, worker: name, wish: 150_000).lease)
      }
      #expect(leases.map(\.term.quota) == [9, 10, 10])
      // The first one takes what is left; the others go together.
      let answers = try await scene.gathered(
        [.init(worker: 1), .init(worker: 0, seconds: 70), .init(worker: 2)], leases)
      #expect(answers[0].hasPrefix("2 "))
      #expect(answers[1].hasPrefix("refused") && answers[1].contains("lease_expired"))
      #expect(answers[2].contains("daily_requests_spent"), "\(answers[2])")
      let spent = try AdministrationConnection(url: scene.url).run(
        """
        SELECT used + reserved FROM scope_days WHERE scope = '\(scene.grant.budget)' ORDER BY day
        """)
      #expect(spent.map { $0[0] } == ["1", "22"])
    }
  }

  @Test("bad calls among others are refused by themselves, and the others go on")
  func badCalls() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(8)
      let calls: [RenewalScene.Call] = [
        .init(worker: 0), .init(worker: 1), .init(worker: 2, caller: .nobody),
        .init(worker: 3, caller: .gateway), .init(worker: 4, offset: 5),
        .init(worker: 5, report: .impossible), .init(worker: 6, caller: .otherPool),
        .init(worker: 7),
      ]
      let answers = try await scene.gathered(calls, leases)
      let expected = ["2 ", "2 ", "failed", "refused", "refused", "invalid", "refused", "2 "]
      for (answer, start) in zip(answers, expected) {
        #expect(answer.hasPrefix(start), "\(answer)")
      }
      #expect(try await scene.standing(leases).map(\.term.number) == [2, 2, 1, 1, 1, 1, 1, 2])
      #expect(scene.service.renewals.counts.batches == 1)
    }
  }

  @Test("where the database says no to one of them, that one fails, and only that one")
  func databaseSaysNo() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(5)
      try AdministrationConnection(url: scene.url).run(
        """
        CREATE FUNCTION say_no() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;
        CREATE TRIGGER say_no BEFORE INSERT ON lease_terms FOR EACH ROW
          WHEN (NEW.lease = '\(leases[2].id)') EXECUTE FUNCTION say_no()
        """)
      let answers = try await scene.gathered((0..<5).map { .init(worker: $0) }, leases)
      for (place, answer) in answers.enumerated() {
        #expect(answer.hasPrefix(place == 2 ? "failed: database: 23514" : "2 "), "\(answer)")
      }
      #expect(try await scene.standing(leases).map(\.term.number) == [2, 2, 1, 2, 2])
      // Each goes on together with the others afterwards.
      let later = try await scene.standing(leases)
      let again = try await scene.gathered([0, 1, 3, 4].map { .init(worker: $0) }, later)
      #expect(again.allSatisfy { $0.hasPrefix("3 ") })
      #expect(scene.service.renewals.counts.renewals == 3)
    }
  }

  @Test("a report that opens a breaker ends its batch: those behind it meet the opening")
  func opening() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(6)
      var calls: [RenewalScene.Call] = (0..<6).map { .init(worker: $0) }
      calls[3].report = .captcha
      let answers = try await scene.gathered(calls, leases)
      for (place, answer) in answers.enumerated() {
        #expect(answer.hasPrefix(place < 3 ? "2 " : "refused"), "\(answer)")
      }
      #expect(try await scene.standing(leases).map(\.term.number) == [2, 2, 2, 1, 1, 1])
      let events = try scene.rows().filter { $0.hasPrefix("event breaker") }
      #expect(events.count == 1)
      let suspended = try scene.rows().filter { $0.hasPrefix("event grant.suspended") }
      #expect(suspended.count == 1)
    }
  }

  @Test("a stop that is placed while they gather stops all of them")
  func stopped() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(6)
      let operations = try await scene.service.makePerson("op", .operator)
      let answers = try await scene.gathered((0..<6).map { .init(worker: $0) }, leases) {
        _ = try await scene.service.act(
          as: operations,
          PlaceLock(
            input: .success(.init(scope: .worker(leases[3].worker), reason: "captcha seen"))))
      }
      // The first had read before it waited for nothing but the locks: it looks behind them too.
      for (place, answer) in answers.enumerated() {
        #expect(answer.hasPrefix(place == 3 ? "refused: [\"locked\"]" : "2 "))
      }
    }
  }

  @Test("who goes away while it waits holds nobody up, first or not")
  func goesAway() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(4)
      let gate = try AdministrationConnection(url: scene.url)
      try gate.run("BEGIN; SELECT FROM scopes WHERE id = '\(scene.grant.budget)' FOR UPDATE")
      var tasks: [Task<String, Never>] = []
      for place in 0..<4 {
        tasks.append(Task { await scene.answer(.init(worker: place), leases) })
        try await scene.until { scene.service.renewals.counts.waiting == place }
      }
      tasks[1].cancel()
      // It is answered while the row is still held.
      #expect(await tasks[1].value.hasPrefix("failed"))
      tasks[0].cancel()
      #expect(await tasks[0].value.hasPrefix("failed"))
      try gate.run("COMMIT")
      for place in [2, 3] { #expect(await tasks[place].value.hasPrefix("2 ")) }
      #expect(try await scene.standing(leases).map(\.term.number) == [1, 1, 2, 2])
      try await scene.until { scene.service.renewals.counts.running == 0 }
    }
  }

  @Test("a repeat that waits beside its first call gets the same term; one with a key goes alone")
  func repeats() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(3)
      let answers = try await scene.gathered(
        [.init(worker: 0), .init(worker: 1), .init(worker: 1), .init(worker: 2)], leases)
      let numbers = answers.map { $0.split(separator: " ")[0] }
      #expect(numbers == ["2", "2", "2", "2"])
      let spent = try await scene.service.requestsSpent(in: scene.grant.budget.text)
      let quotas = try await scene.standing(leases).map(\.term.quota)
      #expect(spent == (leases.map(\.term.quota) + quotas).reduce(0, +))
      let call = RenewalScene.Call(worker: 0)
      let held = try await scene.standing(leases)
      let first = try await scene.perform(call, held[0], key: "k")
      let again = try await scene.perform(call, held[0], key: "k")
      #expect(first.lease.term.number == 3 && first.lease.term == again.lease.term)
    }
  }

  @Test("P1 P4 eight workers and two replicas on one budget: no sum above its ceiling, none lost")
  func twoReplicas() async throws {
    try await RenewalScene.with { scene in
      let leases = try await scene.leases(8)
      let other = try await TestService.make(
        on: try Database(
          DatabaseConfiguration(url: scene.url), loops: TestDatabase.loops,
          logger: TestDatabase.quiet), clock: scene.clock)
      let rounds: Int64 = 12
      let issued = try await withThrowingTaskGroup(of: Int64.self) { group in
        for lease in leases {
          group.addTask {
            var held = lease
            for round in 0..<rounds {
              let replica = round % 2 == 0 ? scene.service : other
              held = try await scene.grant.renew(replica, held, wish: 20_000 + 90_000 * (round % 3))
                .lease
            }
            return held.term.number
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(issued == Array(repeating: rounds + 1, count: 8))
      #expect(scene.service.renewals.counts.batches > 0)
      // What the day has been charged is what the terms say.
      let connection = try AdministrationConnection(url: scene.url)
      let sums = try connection.run(
        """
        SELECT (SELECT sum(quota) FROM lease_terms), (SELECT used + reserved FROM scope_days
          WHERE scope = '\(scene.grant.budget)'), (SELECT total_used FROM budgets
          WHERE id = '\(scene.grant.budget)'), (SELECT sum(urps) FROM leases) <= 2000000
        """)[0]
      #expect(sums[0] == sums[1] && sums[1] == sums[2] && sums[3] == "t", "\(sums)")
      await other.database.shutdown()
    }
  }
}

extension RenewalScene.Call {
  /// Calls of different workers, mostly good ones; the first reaches the locks.
  fileprivate static func some(using random: inout SeededRandom) -> [RenewalScene.Call] {
    let workers = (0..<8).shuffled(using: &random).prefix(.random(in: 3...8, using: &random))
    return workers.enumerated().map { place, worker in
      var call = RenewalScene.Call(worker: worker)
      call.requests = .random(in: 1...9, using: &random)
      if Bool.random(using: &random) { call.wish = .random(in: 20_000...900_000, using: &random) }
      if place == 0 { return call }
      switch Int.random(in: 0..<20, using: &random) {
      case 0, 1: call.offset = -1
      case 2: call.offset = 1
      case 3: call.report = .impossible
      case 4: call.caller = Caller.allCases.randomElement(using: &random) ?? .pool
      case 5, 6: call.report = .errors
      default: break
      }
      return call
    }
  }
}
