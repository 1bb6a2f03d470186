import CountersignTesting
import Domain
import Tokens
import Workflow

/// From a new person to a revoked grant, with a stop and a rejected proposal on the way.
enum MainJob {
  /// Does all of it; somebody with this name signs, and it stands in every free text.
  static func perform(in scene: ReviewScene, with name: String) async throws {
    let service = scene.service
    let reason = "because \(name) <o@test.example> said so"
    let input = CreatePerson.Input(
      name: name, email: "ottoline@test.example", samePersonAs: nil)
    let made = try await service.act(as: scene.administrator, CreatePerson(input: input))
    _ = try await service.bootstrap(GiveRole(person: made.person.id, role: .legalReviewer))
    let enrolled = try await service.performUnauthenticated(
      Enrol(secret: made.secret), method: .enrolment, trace: nil)
    let signer = TestPerson(
      id: made.person.id, email: made.person.email, secret: enrolled.secret)

    let proposal = try await scene.submitted()
    try await scene.decide(proposal, signer, .legalReviewer)
    try await scene.decide(proposal, scene.risk, .riskReviewer)
    try await lease(on: proposal.reference, in: scene)

    _ = try await service.act(
      as: signer, PlaceLock(input: .success(.init(scope: .everything, reason: reason))))
    let incident = try await service.act(
      as: signer,
      OpenIncident(
        input: .success(
          .init(
            opening: IncidentOpening(
              source: .complaint, summary: reason, noticedAt: nil, startedAt: nil, follows: nil,
              links: []), owner: nil)))
    ).incident.id
    _ = try await service.act(
      as: signer,
      AddIncidentEntry(
        incident: .id(incident),
        input: .success(
          .init(
            stage: .recovery, note: reason,
            meets: ["notify_operator", "report_authority", "fix_flaw"]))))
    _ = try await service.act(
      as: signer, CloseIncident(incident: .id(incident), reason: .success(reason)))
    if let grant = try await scene.show(proposal).grant {
      _ = try await service.act(
        as: signer, RevokeGrant(grant: grant.standing.id, reason: .success(reason)))
    }

    let rejected = try await scene.submitted { $0.replacing("max_rps: 0.5", with: "max_rps: 0.4") }
    try await scene.decide(rejected, signer, .legalReviewer, .reject)
    let withdrawn = try await scene.submitted {
      $0.replacing("max_rps: 0.5", with: "max_rps: 0.3")
    }
    _ = try await service.act(
      as: scene.requester,
      WithdrawProposal(proposal: withdrawn.reference, reason: .success(reason)))
  }

  private static func lease(on proposal: ProposalReference, in scene: ReviewScene) async throws {
    let view = try await scene.service.look(as: scene.requester, ShowProposal(proposal: proposal))
    let key = try await scene.service.bootstrap(CreateKey(holder: .pool(scene.pool)))
    let input = GrantLease.Input(
      proposal: view.proposal.id.text, worker: "spider-1", hosts: [try Host("www.example.com")],
      wish: nil, enforcementPoint: nil, buildDigest: nil)
    let caller = Caller(
      secretHash: key.secret.hash,
      trace: RequestTrace(
        id: "test", method: "POST", path: "/v1/leases", idempotencyKey: nil,
        body: Array("{}".utf8)))
    let form = AnswerForm<LeaseAnswer>(
      accepted: { _ in StoredAnswer(status: 201, bytes: []) },
      refused: { _ in StoredAnswer(status: 400, bytes: []) })
    _ = try await scene.service.perform(for: caller, storing: form) { _ in
      GrantLease(input: .success(input))
    }
  }
}
