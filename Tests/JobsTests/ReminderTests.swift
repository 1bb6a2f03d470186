import CountersignTesting
import Domain
import Jobs
import Postgres
import Testing
import Workflow

@Suite("reminders")
struct ReminderTests {
  /// Types and percents of the reminders in a proposal's timeline.
  private func reminders(
    _ scene: WebhookScene, _ proposal: ProposalReference
  ) async throws -> [String] {
    try await scene.review.service.look(
      as: scene.review.legal, ShowTimeline(proposal: proposal, after: nil, limit: 100)
    ).compactMap { entry in
      guard let type = entry.event.text("type"), type.hasPrefix("reminder.") else { return nil }
      guard case .number(let percent) = entry.event.at("detail", "percent") else { return type }
      return "\(type) \(percent.int64 ?? 0)"
    }
  }

  @Test("an open seat is reminded of at half and at four fifths of the time, once each")
  func seats() async throws {
    try await WebhookScene.with { scene in
      _ = try await scene.hook("reminder.*")
      let proposal = try await scene.review.submitted()
      let round = try #require(try await scene.review.show(proposal).round)
      let respond = round.respondBy.microseconds(since: round.openedAt) / 1_000_000
      let steps: [(Int64, Int)] = [
        (respond / 2 - 61, 0), (respond / 2, 1), (respond / 2 + 600, 0), (respond * 4 / 5, 1),
        (respond * 4 / 5 + 600, 0),
      ]
      for (seconds, count) in steps {
        scene.clock.set(to: round.openedAt.adding(seconds: seconds))
        #expect(try await scene.runner.sweep() == count, "at \(seconds) s")
      }
      // Another leader knows nothing of it and records nothing twice.
      #expect(
        try await JobRunner(
          service: scene.review.service, handlers: [], chores: [RemindChore()],
          logger: TestDatabase.quiet
        ).sweep() == 0)
      #expect(
        try await reminders(scene, proposal.reference)
          == ["reminder.seat_open 50", "reminder.seat_open 80"])
      while try await scene.runner.work() > 0 {}
      #expect(scene.receiver.all.count == 2)
      let json = try JSONParser.parse(scene.receiver.all[0].body)
      #expect(json.text("data", "actor", "id") == "service")
      guard case .array(let open) = json.at("data", "detail", "seats") else {
        Issue.record("no seats")
        return
      }
      #expect(open.count == round.seats.count)
    }
  }

  @Test("a round is reminded of a day before it lapses, with the seats still open")
  func lapse() async throws {
    try await WebhookScene.with { scene in
      let proposal = try await scene.review.submitted()
      let round = try #require(try await scene.review.show(proposal).round)
      try await scene.review.decide(proposal, scene.review.legal, .legalReviewer)
      scene.clock.set(to: round.decideBy.adding(seconds: -86_400))
      // Both marks of the response's time are over by now, of which the later one is told.
      #expect(try await scene.runner.sweep() == 2)
      #expect(
        try await reminders(scene, proposal.reference)
          == ["reminder.seat_open 80", "reminder.decision_due"])
    }
  }

  @Test("nobody is reminded of a round that is closed")
  func closed() async throws {
    try await WebhookScene.with { scene in
      let proposal = try await scene.review.submitted()
      let round = try #require(try await scene.review.show(proposal).round)
      try await scene.review.decide(proposal, scene.review.legal, .legalReviewer, .reject)
      scene.clock.set(to: round.decideBy.adding(seconds: -1))
      #expect(try await scene.runner.sweep() == 0)
    }
  }

  @Test("a grant that ends within a week is reminded of once")
  func grant() async throws {
    try await JobScene.with { scene in
      let made = try await scene.service.makeGrant()
      let view = try await scene.service.look(
        as: made.requester, ShowGrant(grant: made.grant)
      ).view
      let runner = scene.runner(chores: [RemindChore()])
      scene.clock.set(to: view.grant.standing.endsAt.adding(seconds: -7 * 86_400 - 61))
      #expect(try await runner.sweep() == 0)
      scene.clock.set(to: view.grant.standing.endsAt.adding(seconds: -7 * 86_400))
      #expect(try await runner.sweep() == 1)
      scene.clock.set(to: view.grant.standing.endsAt.adding(seconds: -86_400))
      #expect(try await runner.sweep() == 0)
    }
  }

  @Test("the maintainer is reminded a day before an attestation is due, once for each")
  func attestation() async throws {
    try await WebhookScene.with { scene in
      let proposal = try await scene.review.submitted()
      try await scene.review.decide(proposal, scene.review.legal, .legalReviewer)
      try await scene.review.decide(proposal, scene.review.risk, .riskReviewer)
      let grant = try #require(try await scene.review.show(proposal).grant)
      let starts = grant.standing.startsAt
      let day: Int64 = 86_400
      scene.clock.set(to: starts.adding(seconds: 13 * day - 61))
      #expect(try await scene.runner.sweep() == 0)
      scene.clock.set(to: starts.adding(seconds: 13 * day))
      #expect(try await scene.runner.sweep() == 1)
      scene.clock.set(to: starts.adding(seconds: 14 * day))
      #expect(try await scene.runner.sweep() == 0)
    }
  }
}
