import CountersignTesting
import Domain
import Postgres
import Testing
import Workflow

/// Two projects on one site, and what their workers report.
struct BreakerScene: Sendable {
  let service: Service
  let clock: ManualClock
  let grant: TestGrant
  let other: TestGrant

  static func with(_ body: (BreakerScene) async throws -> Void) async throws {
    try await TestService.with { service, clock in
      _ = try await service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
      let scene = BreakerScene(
        service: service, clock: clock, grant: try await service.makeGrant(),
        other: try await service.makeGrant(for: "other"))
      try await body(scene)
    }
  }

  /// A report since the term began, with these counts.
  func report(
    of lease: Lease, _ status: JSON = ["200": 1], requests: Int64 = 1, _ more: JSONObject = [:]
  ) throws -> UsageReport {
    var body: JSONObject = [
      "from": JSON(lease.term.issuedAt), "to": JSON(lease.term.issuedAt),
      "requests": JSON(requests), "status": status,
    ]
    for member in more.members { body[member.name] = member.value }
    return try JSONReader.read(.object(body), as: .usageReport)
  }

  func renew(
    _ lease: Lease, on replica: Service? = nil, key: String? = nil, _ report: UsageReport
  ) async throws -> Result<LeaseAnswer, Refusals> {
    let input = RenewLease.Input(term: lease.term.number, report: report, wish: nil)
    return try await outcome {
      try await (replica ?? service).act(
        as: grant.poolCalls(key: key), RenewLease(lease: lease.id, input: .success(input)))
    }
  }

  func giveBack(_ lease: Lease, _ report: UsageReport) async throws {
    let input = ReturnLease.Input(term: lease.term.number, report: report)
    _ = try await service.act(
      as: grant.gatewayCalls(), ReturnLease(lease: lease.id, input: .success(input)))
  }

  /// The breakers of the first project.
  func breakers() async throws -> [Breaker] {
    try await service.look(
      as: grant.requester,
      ListBreakers(grant: grant.grant.text, site: nil, after: nil, limit: 10)
    ).breakers.map(\.breaker)
  }

  func breaker() async throws -> Breaker {
    let all = try await breakers()
    return try #require(all.count == 1 ? all.first : nil)
  }

  func opening() async throws -> Breaker.Opening? {
    if case .open(let opening) = try await breaker().stored { opening } else { nil }
  }

  /// What the log has of breakers and suspensions of the first project, oldest first.
  func events() async throws -> [String] {
    let stream = grant.grant.text
    return try await service.database.read { (tx: borrowing Transaction) in
      try await tx.query(Self.selectEvents, [.text(stream)]).map { try $0.text(0) }
    }
  }

  private static let selectEvents = Statement(
    """
    SELECT type FROM events
    WHERE stream = $1 AND (type LIKE 'breaker.%' OR type LIKE 'grant.%') ORDER BY seq
    """)
}

extension Result where Failure == Refusals {
  var refusals: [Refusal] {
    if case .failure(let refusals) = self { refusals.all } else { [] }
  }
}

extension Service {
  /// Registers a site with room for everybody.
  func registerSite(_ host: String, by administrator: TestPerson) async throws {
    let facts = SiteFacts(
      operatorKind: .own,
      ceiling: Ceiling(
        maxRPS: Rate(microRPS: 10_000_000), burst: 8, maxConcurrency: 8,
        dailyRequests: 100_000, windows: .always),
      timeZone: "UTC", aliases: [], contact: nil, notes: nil)
    _ = try await act(
      as: administrator, PutSite(host: try Host(host), version: nil, input: .success(facts)))
  }
}
