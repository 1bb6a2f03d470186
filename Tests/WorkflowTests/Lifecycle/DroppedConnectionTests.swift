import CountersignTesting
import Domain
import Postgres
import Testing
import Workflow

/// The last approval while its connection to the database is cut, and asked for again.
@Suite("an edge case of the lifecycle: a dropped connection")
struct DroppedConnectionTests {
  @Test("retry after a dropped connection: the last approval counts once and makes one grant")
  func retried() async throws {
    try await TestDatabase.with { database, url in
      let scene = try await ReviewScene(try await TestService.make(on: database))
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      let other = try AdministrationConnection(url: url)
      try other.run("BEGIN; SELECT id FROM proposals FOR UPDATE")
      try other.run("SELECT id FROM rounds FOR UPDATE")
      async let first = attempt(proposal, scene)
      try await cutWaiting(by: other)
      // The cut connection's transaction is gone before anything that it held is free.
      #expect(try other.run("SELECT count(*) FROM decisions") == [["1"]])
      try other.run("COMMIT")
      let cut = await first
      #expect {
        try cut.get()
      } throws: { error in
        if case CallFailure.unavailable = error { true } else { false }
      }
      let answers = try await [answer(proposal, scene), answer(proposal, scene)]
      #expect(answers[0] == answers[1])
      let decisions = try await scene.decisions(proposal).map(\.decision)
      #expect(decisions.map(\.person) == [scene.legal.id, scene.risk.id])
      #expect(answers[0] == decisions.last?.id.text)
      #expect(try await scene.show(proposal).status == .approved)
      #expect(try await scene.grants().count == 1)
      #expect(
        try other.run("SELECT count(*) FROM transitions WHERE to_state = 'approved'") == [["1"]])
    }
  }

  /// Ends the one connection that waits for a row, as soon as there is one.
  private func cutWaiting(by other: borrowing AdministrationConnection) async throws {
    let deadline = ContinuousClock.now.advanced(by: .seconds(60))
    while true {
      let cut = try other.run(
        """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
          AND wait_event_type = 'Lock'
        """)
      if !cut.isEmpty {
        #expect(cut == [["t"]])
        return
      }
      guard ContinuousClock.now < deadline else { throw NobodyWaits() }
      await Task.yield()
    }
  }

  /// The first call, whose caller is told to come back.
  private func attempt(
    _ proposal: TestProposal, _ scene: ReviewScene
  ) async -> Result<String, any Error> {
    do {
      return .success(try await call(proposal, scene))
    } catch {
      return .failure(error)
    }
  }

  /// The repeat under the same key, which comes back where it is told to.
  private func answer(_ proposal: TestProposal, _ scene: ReviewScene) async throws -> String {
    try await persistently { try await call(proposal, scene) }
  }

  /// The risk reviewer's approval under one key; the decision's id.
  private func call(_ proposal: TestProposal, _ scene: ReviewScene) async throws -> String {
    let verdict = Verdict(
      digest: proposal.digest, role: .riskReviewer, verdict: .approve, reason: nil)
    let form = AnswerForm<DecideProposal.Output>(
      accepted: { output in
        guard case .decided(let decision) = output else {
          return StoredAnswer(status: 409, bytes: [])
        }
        return StoredAnswer(status: 201, bytes: Array(decision.id.text.utf8))
      }, refused: { _ in StoredAnswer(status: 409, bytes: []) })
    let outcome = try await scene.service.perform(
      for: scene.risk.calls("/v1/decisions", key: "k1"), storing: form
    ) { _ in DecideProposal(proposal: proposal.reference, verdict: .success(verdict)) }
    switch outcome {
    case .done(let output), .redone(let output):
      guard case .decided(let decision) = output else { return "" }
      return decision.id.text
    case .replayed(let stored): return String(decoding: stored.bytes, as: UTF8.self)
    }
  }

  struct NobodyWaits: Error {}
}
