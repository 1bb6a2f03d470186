import CountersignTesting
import Domain
import Postgres
import Tokens
import Workflow

/// A proposal that two people signed, its grant, and the pool that works under it.
struct GrantScene: Sendable {
  let review: ReviewScene
  let clock: ManualClock
  let proposal: (reference: ProposalReference, digest: Digest)
  let grant: GrantID
  let key: Secret

  var service: Service { review.service }

  /// Runs the body with a grant of the polite example; `edit` changes its text.
  static func with(
    _ edit: (String) -> String = { $0 }, _ body: (GrantScene) async throws -> Void
  ) async throws {
    try await ReviewScene.with { review, clock in
      try await body(try await make(review, clock, edit))
    }
  }

  static func make(
    _ review: ReviewScene, _ clock: ManualClock, _ edit: (String) -> String = { $0 }
  ) async throws -> GrantScene {
    let key = try await review.service.bootstrap(CreateKey(holder: .pool(review.pool)))
    let proposal = try await review.submitted(edit)
    let grant = try await approved(proposal, in: review)
    return GrantScene(
      review: review, clock: clock, proposal: proposal, grant: grant, key: key.secret)
  }

  /// Both seats are signed; the grant of it.
  private static func approved(
    _ proposal: (reference: ProposalReference, digest: Digest), in review: ReviewScene
  ) async throws -> GrantID {
    try await review.decide(proposal, review.legal, .legalReviewer)
    try await review.decide(proposal, review.risk, .riskReviewer)
    guard let grant = try await review.show(proposal).grant else { throw NoGrant() }
    return grant.standing.id
  }

  /// A further revision, added by the requester.
  func revised(
    _ edit: (String) -> String
  ) async throws -> (reference: ProposalReference, digest: Digest) {
    let added = try await service.act(
      as: review.requester,
      AddRevision(proposal: proposal.reference, document: try review.document(edit)))
    return (proposal.reference, added.digest)
  }

  /// The grant of a further revision.
  func replaced(_ edit: (String) -> String) async throws -> GrantID {
    let revised = try await revised(edit)
    _ = try await service.act(
      as: review.requester,
      SubmitProposal(proposal: revised.reference, digest: .success(revised.digest)))
    return try await GrantScene.approved(revised, in: review)
  }

  func show(_ id: GrantID? = nil) async throws -> GrantView {
    try await service.look(as: review.requester, ShowGrant(grant: id ?? grant)).view
  }

  func lease(_ worker: String = "a", wish: Int64? = 100_000) async throws -> LeaseAnswer {
    guard case .id(let id) = proposal.reference else { throw NoGrant() }
    let input = GrantLease.Input(
      proposal: id.text, worker: worker, hosts: [try Host("www.example.com")],
      wish: wish.map { Rate(microRPS: $0) }, enforcementPoint: nil, buildDigest: nil)
    return try await service.act(as: poolCalls, GrantLease(input: .success(input)))
  }

  func renew(_ lease: Lease, wish: Int64? = nil, requests: Int64 = 1) async throws -> LeaseAnswer {
    let body: JSON = [
      "from": JSON(lease.term.issuedAt), "to": JSON(lease.term.issuedAt),
      "requests": JSON(requests), "status": ["200": JSON(requests)],
      "max_rps_seen": JSON(Rate(microRPS: 50_000)),
    ]
    let input = RenewLease.Input(
      term: lease.term.number, report: try JSONReader.read(body, as: .usageReport),
      wish: wish.map { Rate(microRPS: $0) })
    return try await service.act(
      as: poolCalls, RenewLease(lease: lease.id, input: .success(input)))
  }

  /// Why there is no lease; empty when there is one.
  func refusedLease(_ worker: String) async throws -> [Refusal] {
    switch try await outcome({ try await lease(worker) }) {
    case .success: []
    case .failure(let refusals): refusals.all
    }
  }

  func resume(_ person: TestPerson) async throws -> ResumeGrant.Output {
    try await service.act(
      as: person, ResumeGrant(grant: grant, reason: .success("looked at it")))
  }

  /// Why somebody may not resume it; empty when they did.
  func refusedResumption(_ person: TestPerson) async throws -> [String] {
    try await refusalCodes { _ = try await resume(person) }
  }

  func suspend(_ cause: SuspensionCause, _ subject: String? = nil) async throws {
    let now = try await service.time().now
    try await service.bootstrap(
      SuspendGrant(grant: grant, cause: Suspension(cause, subject: subject, since: now)))
  }

  func narrow(
    _ target: TargetConditions? = nil, endsOn: LocalDate? = nil, as person: TestPerson? = nil,
    isImmediate: Bool = false
  ) async throws -> Narrowing {
    let conditions = Conditions(
      targets: target.map { [$0] } ?? [], endsOn: endsOn, note: nil)
    return try await service.act(
      as: person ?? review.requester,
      NarrowGrant(
        grant: grant,
        input: .success(
          .init(conditions: conditions, reason: "less", isImmediate: isImmediate))))
  }

  /// What is recorded of a grant, oldest first: the types of its events.
  func events(of id: GrantID? = nil) async throws -> [String] {
    let stream = (id ?? grant).text
    return try await service.database.read { (tx: borrowing Transaction) in
      try await tx.query(Self.selectEvents, [.text(stream)]).map { try $0.text(0) }
    }
  }

  /// Why tokens are void before they run out, oldest first.
  func epochs() async throws -> [String] {
    try await service.database.read { (tx: borrowing Transaction) in
      try await tx.query(Statement("SELECT cause FROM epoch_events ORDER BY epoch")).map {
        try $0.text(0)
      }
    }
  }

  /// Records what is due by now, as a job does; gives for how many grants.
  @discardableResult
  func catchUp() async throws -> Int {
    let now = service.now
    let due = try await service.database.read { (tx: borrowing Transaction) in
      try await CatchUpGrant.due(at: now, limit: 100, in: tx)
    }
    for grant in due { try await service.bootstrap(CatchUpGrant(grant: grant)) }
    return due.count
  }

  private var poolCalls: Caller {
    Caller(
      secret: key,
      trace: RequestTrace(
        id: "test", method: "POST", path: "/v1/leases", idempotencyKey: nil, body: []))
  }

  private static let selectEvents = Statement(
    "SELECT type FROM events WHERE stream = $1 AND type LIKE 'grant.%' ORDER BY seq")

  struct NoGrant: Error {}
}
