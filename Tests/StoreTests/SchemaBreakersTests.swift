import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("the schema: breakers")
struct SchemaBreakersTests {
  private static func insert(_ budget: BudgetID, _ columns: String, _ values: String) -> String {
    """
    INSERT INTO breakers (budget, host, openings, back_off, failures_before, tallies, \(columns))
    VALUES ('\(budget.text)', 'www.example.com', '{}', 0, 0, '{}', \(values));
    """
  }

  @Test("a phase has what belongs to it and nothing else, and no quantity is negative")
  func shapes() async throws {
    try await TestDatabase.with { database, url in
      let grant = try await TestService.make(on: database).makeGrant()
      let psql = Psql(url: url)
      let opened = "phase, since, until, causes, lifted_by"
      let rows: [(columns: String, values: String, isLegal: Bool)] = [
        ("phase", "'closed'", true), ("phase, since", "'half_open', now()", true),
        (opened, "'open', now(), now() + interval '1 s', '{errors}', 'time'", true),
        ("phase", "'shut'", false), ("phase, since", "'closed', now()", false),
        ("phase", "'ramping'", false), ("phase, since", "'open', now()", false),
        (opened, "'open', now(), now() + interval '1 s', '{}', 'time'", false),
        (opened, "'open', now(), now() + interval '1 s', '{errors}', 'nobody'", false),
        (opened, "'open', now(), now(), '{errors}', 'time'", false),
        ("phase, baseline_ms", "'closed', -1", false),
        ("phase, since, probe", "'half_open', now(), '\(newID(LeaseKind.self))'", false),
      ]
      for row in rows {
        let answer = try psql.answer(Self.insert(grant.budget, row.columns, row.values))
        #expect((answer == Psql.accepted) == row.isLegal, "\(row.values): \(answer)")
        if !row.isLegal { #expect(answer.hasPrefix("breakers_"), "\(row.values): \(answer)") }
      }
    }
  }

  @Test("what people lift is lifted by two of them, also past the product; nothing is deleted")
  func takesTwo() async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let grant = try await service.makeGrant()
      let operations = try await service.makePerson("op", .operator)
      let legal = try await service.makePerson("legal", .legalReviewer)
      let now = try await service.time().now
      try await service.bootstrap(
        SuspendGrant(
          grant: grant.grant,
          cause: Suspension(.breaker, subject: "www.example.com", since: now)))
      let psql = Psql(url: url)
      try psql.run(
        Self.insert(
          grant.budget, "phase, since, until, causes, lifted_by",
          "'open', now(), now() + interval '60 s', '{challenge}', 'people'"))
      let lifts = [
        "UPDATE breakers SET lifted_by = 'time'",
        """
        UPDATE breakers
        SET phase = 'closed', since = NULL, until = NULL, causes = '{}', lifted_by = NULL
        """,
      ]
      for lift in lifts { try psql.expect(lift, "breakers_take_two") }
      try psql.expect("UPDATE breakers SET until = until + interval '1 h'", Psql.accepted)
      #expect(try psql.answer("DELETE FROM breakers").contains("append-only"))
      #expect(try psql.answer("TRUNCATE breakers").contains("append-only"))
      for person in [operations, legal] {
        for lift in lifts { try psql.expect(lift, "breakers_take_two") }
        _ = try await service.act(
          as: person, ResumeGrant(grant: grant.grant, reason: .success("over")))
      }
      #expect(try psql.value("SELECT phase FROM breakers") == "half_open")
    }
  }
}
