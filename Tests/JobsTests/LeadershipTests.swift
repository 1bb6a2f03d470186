import CountersignTesting
import Domain
import Jobs
import Postgres
import Testing

@Suite("who leads")
struct LeadershipTests {
  private func candidate(_ url: String) throws -> Leadership {
    Leadership(
      database: try Database(
        Leadership.configuration(url: url), loops: [TestDatabase.loops[0]],
        logger: TestDatabase.quiet))
  }

  @Test("of many candidates one leads, and goes on leading when asked again")
  func one() async throws {
    try await TestDatabase.with { _, url in
      let all = try (0..<5).map { _ in try candidate(url) }
      for candidate in all { await candidate.ask() }
      let leader = try #require(all.firstIndex { $0.isHeld })
      for _ in 0..<3 {
        for (index, candidate) in all.enumerated() where index != leader {
          await candidate.ask()
          #expect(!candidate.isHeld)
        }
        await all[leader].ask()
        #expect(all[leader].isHeld)
      }
      for candidate in all { await candidate.resign() }
    }
  }

  @Test("another takes over when the leader resigns, or when its session is ended")
  func handedOver() async throws {
    try await TestDatabase.with { _, url in
      let (first, second) = (try candidate(url), try candidate(url))
      await first.ask()
      await second.ask()
      #expect(first.isHeld && !second.isHeld)
      try AdministrationConnection(url: url).run(
        """
        SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 1129272135
        """)
      try await until {
        await second.ask(); return second.isHeld
      }
      await first.ask()
      #expect(!first.isHeld)
      await second.resign()
      try await until {
        await first.ask(); return first.isHeld
      }
      await first.resign()
    }
  }

  @Test("a leader that falls silent loses its session")
  func silent() async throws {
    try await TestDatabase.with { _, url in
      var configuration = Leadership.configuration(url: url)
      configuration.idleSessionMilliseconds = 200
      let silent = Leadership(
        database: try Database(
          configuration, loops: [TestDatabase.loops[0]], logger: TestDatabase.quiet))
      let other = try candidate(url)
      await silent.ask()
      #expect(silent.isHeld)
      try await until {
        await other.ask(); return other.isHeld
      }
      await silent.ask()
      #expect(!silent.isHeld)
      await silent.resign()
      await other.resign()
    }
  }

  /// Asks again and again, as candidates do, for at most ten seconds.
  private func until(_ isSo: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(10))
    while ContinuousClock.now < deadline {
      if try await isSo() { return }
      await Task.yield()
    }
    Issue.record("it did not come about")
  }
}
