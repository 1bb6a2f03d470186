import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("a proposal from draft to grant")
struct ReviewTests {
  @Test("two signatures of two people make a grant with the assessed numbers")
  func mainJob() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let open = try await scene.show(proposal, as: scene.legal)
      #expect(open.status == .inReview)
      #expect(open.canDecide.first { $0.role == .legalReviewer }?.reasons == [])
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      #expect(try await scene.show(proposal).grant == nil)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let view = try await scene.show(proposal)
      #expect(view.status == .approved)
      #expect(view.effectiveStatus == "active")
      #expect(view.seats.map(\.filledBy) == [scene.legal.id, scene.risk.id])
      let grant = try #require(view.grant)
      #expect(grant.hosts == ["www.example.com"])
      #expect(grant.pools == [scene.pool])
      let listed = try await scene.service.look(
        as: scene.legal, ListGrants(status: .active, site: nil, after: nil, limit: 10))
      #expect(listed.map(\.grant.standing.id) == [grant.standing.id])
    }
  }

  @Test("twelve approvals at once: exactly two count and there is one grant")
  func twelveAtOnce() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let people = [scene.legal, scene.risk, scene.both]
      let decided = try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<12 {
          group.addTask {
            let role: Role = index % 2 == 0 ? .legalReviewer : .riskReviewer
            return try await refusalCodes {
              try await scene.decide(proposal, people[index % 3], role)
            }.isEmpty
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      let view = try await scene.show(proposal)
      #expect(decided == 2)
      #expect(view.status == .approved)
      let grants = try await scene.service.look(
        as: scene.legal, ListGrants(status: nil, site: nil, after: nil, limit: 10))
      #expect(grants.count == 1)
    }
  }

  @Test("approve and reject at the same instant, 100 times: never a grant that was rejected")
  func approveAgainstReject() async throws {
    try await ReviewScene.with { scene, _ in
      for number in 0..<100 {
        let proposal = try await scene.submitted {
          $0.replacing("Price reference", with: "Price reference \(number)")
        }
        try await scene.decide(proposal, scene.legal, .legalReviewer)
        async let approval = refusalCodes {
          try await scene.decide(proposal, scene.risk, .riskReviewer)
        }
        async let rejection = refusalCodes {
          try await scene.decide(proposal, scene.both, .riskReviewer, .reject)
        }
        let outcome = try await (approval, rejection)
        let view = try await scene.show(proposal)
        let decisions = try await scene.service.look(
          as: scene.legal,
          ListDecisions(proposal: proposal.reference, after: nil, limit: 10)
        ).map(\.decision)
        let isRejected = decisions.contains { $0.verdict == .reject }
        #expect(isRejected == (view.status == .rejected))
        #expect((view.grant != nil) == (view.status == .approved))
        #expect([outcome.0, outcome.1].filter(\.isEmpty).count == 1, "\(outcome)")
      }
    }
  }

  @Test("a repeat under the same key answers the same and decides nothing again")
  func repeated() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let verdict = Verdict(
        digest: proposal.digest, role: .legalReviewer, verdict: .approve, reason: nil)
      let form = AnswerForm<DecideProposal.Output>(
        accepted: { StoredAnswer(status: 201, bytes: Array($0.id.utf8)) },
        refused: { _ in StoredAnswer(status: 409, bytes: []) })
      func decide(_ body: String) async throws -> Outcome<DecideProposal.Output> {
        try await scene.service.perform(
          for: scene.legal.calls("/v1/decisions", key: "k1", body: body), storing: form
        ) { _ in DecideProposal(proposal: proposal.reference, verdict: .success(verdict)) }
      }
      guard case .done(let decision) = try await decide("a"),
        case .replayed(let answer) = try await decide("a")
      else {
        Issue.record("not done once and replayed once")
        return
      }
      #expect(answer.bytes == Array(decision.id.utf8))
      await #expect(throws: CallFailure.idempotencyKeyReused) { try await decide("b") }
      let decisions = try await scene.service.look(
        as: scene.legal, ListDecisions(proposal: proposal.reference, after: nil, limit: 10))
      #expect(decisions.count == 1)
    }
  }

  @Test("every refusal of a decision, in order of precedence")
  func refusals() async throws {
    try await ReviewScene.with { scene, clock in
      let draft = try await scene.proposed { $0.replacing("Price", with: "Draft price") }
      #expect(
        try await refusalCodes { try await scene.decide(draft, scene.legal, .legalReviewer) }
          == ["no_open_round"])
      let proposal = try await scene.submitted()
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.requester, .riskReviewer) }
          == ["self_decision", "role_not_held"])
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.owner, .businessOwner) }
          == ["party_decision", "no_such_seat"])
      let stale = (reference: proposal.reference, digest: Digest.zero)
      #expect(
        try await refusalCodes { try await scene.decide(stale, scene.legal, .legalReviewer) }
          == ["stale_digest"])
      try await scene.decide(proposal, scene.both, .legalReviewer)
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.both, .riskReviewer) }
          == ["already_decided", "seat_taken_by_same_person"])
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.legal, .legalReviewer) }
          == ["seat_filled"])
      clock.runAhead(seconds: 14 * 86_400 + 60)
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.risk, .riskReviewer) }
          == ["lapsed"])
      #expect(try await scene.show(proposal).status == .lapsed)
    }
  }

  @Test("an approval is void once its signer lost the role; the seat is filled by another")
  func roleLost() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      _ = try await scene.service.act(
        as: scene.administrator, TakeRole(person: scene.legal.id, role: .legalReviewer))
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .inReview)
      try await scene.decide(proposal, scene.both, .legalReviewer)
      #expect(try await scene.show(proposal).status == .approved)
      let decisions = try await scene.service.look(
        as: scene.risk, ListDecisions(proposal: proposal.reference, after: nil, limit: 10))
      #expect(
        decisions.map(\.decision).filter { $0.standing == .void }.map(\.person) == [scene.legal.id])
    }
  }

  @Test("an approval is void once its signer's account was stopped, also after it is woken")
  func signerStopped() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      for (version, active) in [(Int64(1), false), (2, true)] {
        let change = ChangePerson.Input(name: nil, active: active, samePersonAs: nil)
        _ = try await scene.service.act(
          as: scene.administrator,
          ChangePerson(person: scene.legal.id, version: version, input: .success(change)))
      }
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      #expect(try await scene.show(proposal).status == .inReview)
      try await scene.decide(proposal, scene.both, .legalReviewer)
      #expect(try await scene.show(proposal).status == .approved)
    }
  }

  @Test("an editor never decides, even when the text was reverted")
  func editor() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let other = try scene.document { $0.replacing("max_rps: 0.5", with: "max_rps: 0.4") }
      let second = try await scene.service.act(
        as: scene.legal, AddRevision(proposal: proposal.reference, document: other))
      let reverted = try await scene.service.act(
        as: scene.requester,
        AddRevision(proposal: proposal.reference, document: try scene.document()))
      #expect(reverted.digest == proposal.digest)
      #expect(reverted.n == second.n + 1)
      #expect(
        try await refusalCodes { try await scene.decide(proposal, scene.legal, .legalReviewer) }
          == ["editor_decision"])
      #expect(
        try await refusalCodes {
          _ = try await scene.service.act(
            as: scene.requester,
            SubmitProposal(proposal: proposal.reference, digest: .success(reverted.digest)))
        } == ["no_change"])
    }
  }

  @Test("a new revision supersedes the round; rejected bytes stay rejected")
  func supersedes() async throws {
    try await ReviewScene.with { scene, _ in
      let first = try await scene.submitted()
      try await scene.decide(first, scene.legal, .legalReviewer)
      let document = try scene.document { $0.replacing("max_rps: 0.5", with: "max_rps: 0.4") }
      let added = try await scene.service.act(
        as: scene.requester, AddRevision(proposal: first.reference, document: document))
      let second = (reference: first.reference, digest: added.digest)
      _ = try await scene.service.act(
        as: scene.owner, SubmitProposal(proposal: first.reference, digest: .success(added.digest)))
      #expect(
        try await refusalCodes { try await scene.decide(first, scene.risk, .riskReviewer) }
          == ["stale_digest"])
      try await scene.decide(second, scene.risk, .riskReviewer, .reject)
      #expect(try await scene.show(second).status == .rejected)
      #expect(
        try await refusalCodes {
          _ = try await scene.service.act(
            as: scene.requester,
            SubmitProposal(proposal: first.reference, digest: .success(added.digest)))
        } == ["digest_rejected"])
      let diff = try await scene.service.look(
        as: scene.risk, DiffRevisions(proposal: first.reference, n: 2, against: nil))
      #expect(diff.entries.map(\.effect) == [.narrows])
    }
  }

  @Test("a withdrawn round may be submitted again; a revoked grant makes room for another")
  func withdrawAndRevoke() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let withdraw = WithdrawProposal(
        proposal: proposal.reference, reason: .success("licensed instead"))
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: scene.legal, withdraw) }
          == ["not_allowed"])
      _ = try await scene.service.act(as: scene.requester, withdraw)
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: scene.requester, withdraw) }
          == ["not_open"])
      let submit = SubmitProposal(
        proposal: proposal.reference, digest: .success(proposal.digest))
      _ = try await scene.service.act(as: scene.requester, submit)
      try await scene.decide(proposal, scene.legal, .legalReviewer)
      try await scene.decide(proposal, scene.risk, .riskReviewer)
      let grant = try #require(try await scene.show(proposal).grant).standing.id
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: scene.requester, submit) }
          == ["no_change"])
      let revoke = RevokeGrant(grant: grant, reason: .success("captcha"))
      let view = try await scene.service.act(as: scene.legal, revoke)
      #expect(view.state == .revoked)
      #expect(
        try await refusalCodes { _ = try await scene.service.act(as: scene.legal, revoke) }
          == ["grant_revoked"])
      let timeline = try await scene.service.look(
        as: scene.risk, ShowTimeline(proposal: proposal.reference, after: nil, limit: 50))
      #expect(timeline.count == 10)
      #expect(timeline.compactMap(\.reason) == ["licensed instead", "captcha"])
    }
  }

  @Test("a seat that nobody could fill is refused at submission, and nothing is stored")
  func unfillable() async throws {
    try await ReviewScene.with { scene, _ in
      for person in [scene.risk, scene.both] {
        _ = try await scene.service.act(
          as: scene.administrator, TakeRole(person: person.id, role: .riskReviewer))
      }
      let proposal = try await scene.proposed()
      #expect(
        try await refusalCodes {
          _ = try await scene.service.act(
            as: scene.requester,
            SubmitProposal(proposal: proposal.reference, digest: .success(proposal.digest)))
        } == ["not_submittable", "seat_unfillable"])
      #expect(try await scene.show(proposal).round == nil)
    }
  }

  @Test("lists show each proposal in its state, and what awaits the caller")
  func lists() async throws {
    try await ReviewScene.with { scene, _ in
      let draft = try await scene.proposed { $0.replacing("Price", with: "Draft price") }
      let open = try await scene.submitted()
      func list(
        _ person: TestPerson, status: String? = nil, awaiting: ListProposals.Awaiting = .anybody,
        words: [String] = [], site: String? = nil
      ) async throws -> [ProposalReference] {
        let filter = ProposalFilter(
          status: status, site: try site.map { try Host($0) }, owner: nil, awaiting: nil,
          tier: nil, words: words)
        return try await scene.service.look(
          as: person,
          ListProposals(filter: filter, awaiting: awaiting, before: nil, limit: 10)
        ).map { .id($0.id) }
      }
      #expect(try await list(scene.legal) == [open.reference, draft.reference])
      #expect(try await list(scene.legal, status: "draft") == [draft.reference])
      #expect(try await list(scene.legal, awaiting: .me) == [open.reference])
      #expect(try await list(scene.owner, awaiting: .me) == [])
      #expect(try await list(scene.legal, words: ["draft", "PRICE"]) == [draft.reference])
      #expect(try await list(scene.legal, site: "example.com").count == 2)
      #expect(try await list(scene.legal, site: "ample.com").isEmpty)
      try await scene.decide(open, scene.legal, .legalReviewer)
      #expect(try await list(scene.legal, awaiting: .me) == [])
      #expect(try await list(scene.both, awaiting: .me) == [open.reference])
    }
  }
}

extension DecideProposal.Output {
  /// The id of what was decided; empty for a conflict.
  fileprivate var id: String {
    if case .decided(let decision) = self { decision.id.text } else { "" }
  }
}
