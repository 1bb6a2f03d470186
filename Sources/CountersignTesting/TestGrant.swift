package import Domain
import Ledger
import Postgres
package import Tokens
package import Workflow

/// A grant in force with one budget, as the rows of an approval would leave it, for tests that
/// are not about approvals.
package struct TestGrant: Sendable {
  /// What the budget allows.
  package struct Terms: Sendable {
    package var tier = "T0"
    package var hosts = ["www.example.com", "*.shop.example.com"]
    package var rate = Rate(microRPS: 1_000_000)
    package var burst: Int64 = 4
    package var concurrency: Int64 = 4
    package var workers: Int64 = 4
    package var dailyRequests: Int64 = 1_000_000
    package var totalRequests: Int64 = 1_000_000_000
    package var timeZone = "UTC"
    package var windows = "always"
    package var buildDigests: [String] = []
    package var tokenBlocks = "[]"

    package init() {}
  }

  package let proposal: ProposalID
  package let grant: GrantID
  package let budget: BudgetID
  package let requester: TestPerson
  package let pool: Pool
  package let poolKey: Secret
  package let gateway: Gateway
  package let gatewayKey: Secret

  /// The pool calling; `key` is an Idempotency-Key.
  package func poolCalls(key: String? = nil, body: String = "") -> Caller {
    caller(poolKey, key: key, body: body)
  }

  /// The pool's enforcement point calling.
  package func gatewayCalls() -> Caller { caller(gatewayKey, key: nil, body: "") }

  private func caller(_ secret: Secret, key: String?, body: String) -> Caller {
    Caller(
      secret: secret,
      trace: RequestTrace(
        id: "test", method: "POST", path: "/v1/test", idempotencyKey: key,
        body: Array(body.utf8)))
  }
}

extension Service {
  /// Makes a grant in force since yesterday for a pool and its enforcement point of this name.
  package func makeGrant(
    for name: String = "demo", _ change: (inout TestGrant.Terms) -> Void = { _ in }
  ) async throws -> TestGrant {
    var terms = TestGrant.Terms()
    change(&terms)
    let requester = try await makePerson("requester-of-\(name)", .requester)
    let gateway = try await bootstrap(CreateGateway(name: name))
    let pool = try await bootstrap(
      CreatePool(
        input: CreatePool.Input(
          name: name, owner: requester.id, enforcementPoint: gateway.gateway.id)))
    let key = try await bootstrap(CreateKey(holder: .pool(pool.id)))
    let now = try await time().now
    let grant = TestGrant(
      proposal: ProposalID.make(at: now), grant: GrantID.make(at: now),
      budget: BudgetID.make(at: now), requester: requester, pool: pool, poolKey: key.secret,
      gateway: gateway.gateway, gatewayKey: gateway.secret)
    try await database.transaction { (tx: borrowing Transaction) async throws in
      try await grant.insert(terms, at: now, in: tx)
    }
    return grant
  }

  /// Makes another grant in force for the same pool: another budget, on the same hosts.
  package func makeGrant(
    beside other: TestGrant, _ change: (inout TestGrant.Terms) -> Void = { _ in }
  ) async throws -> TestGrant {
    var terms = TestGrant.Terms()
    change(&terms)
    let now = try await time().now
    let grant = TestGrant(
      proposal: ProposalID.make(at: now), grant: GrantID.make(at: now),
      budget: BudgetID.make(at: now), requester: other.requester, pool: other.pool,
      poolKey: other.poolKey, gateway: other.gateway, gatewayKey: other.gatewayKey)
    try await database.transaction { (tx: borrowing Transaction) async throws in
      try await grant.insert(terms, at: now, in: tx)
    }
    return grant
  }
}
