import CountersignTesting
import Domain
import Postgres
import Testing
import Tokens
import Workflow

extension TestGrant {
  /// Asks for a lease as the pool.
  func grantLease(
    _ service: Service, worker: String, wish: Int64? = 250_000, host: String = "www.example.com",
    key: String? = nil
  ) async throws -> LeaseAnswer {
    let input = GrantLease.Input(
      proposal: proposal.text, worker: worker, hosts: [try Host(host)],
      wish: wish.map { Rate(microRPS: $0) }, enforcementPoint: nil, buildDigest: nil)
    return try await service.act(
      as: poolCalls(key: key), GrantLease(input: .success(input)))
  }

  func renew(
    _ service: Service, _ lease: Lease, holding term: Int64? = nil, wish: Int64? = nil
  ) async throws -> LeaseAnswer {
    let input = RenewLease.Input(
      term: term ?? lease.term.number, report: try report(of: lease),
      wish: wish.map { Rate(microRPS: $0) })
    return try await service.act(
      as: poolCalls(), RenewLease(lease: lease.id, input: .success(input)))
  }

  func giveBack(
    _ service: Service, _ lease: Lease, as caller: Caller? = nil
  ) async throws -> Timestamp {
    let input = ReturnLease.Input(term: lease.term.number, report: try report(of: lease))
    return try await service.act(
      as: caller ?? poolCalls(), ReturnLease(lease: lease.id, input: .success(input)))
  }

  /// What the pool's enforcement point hears of a token.
  func introspect(_ service: Service, _ held: LeaseAnswer) async throws -> LeaseClaims? {
    let token = try LeaseToken.signed(held.claims, with: try service.signingKey)
    return try await service.look(for: gatewayCalls(), { _ in IntrospectToken(token: token) })
  }

  private func report(of lease: Lease) throws -> UsageReport {
    let body: JSON = [
      "from": JSON(lease.term.issuedAt), "to": JSON(lease.term.issuedAt), "requests": 1,
      "status": ["200": 1],
    ]
    return try JSONReader.read(body, as: .usageReport)
  }
}

extension Service {
  /// Does something as a caller and remembers the answer as the API would.
  func act<C: Command>(as caller: Caller, _ command: C) async throws -> C.Output {
    let form = AnswerForm<C.Output>(
      accepted: { output in
        let id = (output as? LeaseAnswer)?.lease.id.text ?? ""
        let json: JSON = ["lease": ["id": .string(id)]]
        return StoredAnswer(status: 201, bytes: json.bytes())
      },
      refused: { _ in StoredAnswer(status: 400, bytes: []) })
    // As the API says it: then renewals go together.
    let subject = (command as? RenewLease).map { Subject.lease($0.lease) } ?? .unknown
    switch try await persistently({
      try await perform(for: caller, about: subject, storing: form, { _ in command })
    }) {
    case .done(let output), .redone(let output): return output
    case .replayed: throw Replayed()
    }
  }
}

/// Does what the API tells a caller who is answered 503: comes back. A machine that runs all tests
/// at once is slow.
func persistently<R>(_ body: () async throws -> R) async throws -> R {
  for _ in 0..<30 {
    do { return try await body() } catch CallFailure.unavailable { continue }
  }
  return try await body()
}

/// A stored answer came back where none was expected.
struct Replayed: Error {}

/// What became of a call that rules may refuse.
func outcome<R>(_ body: () async throws -> R) async throws -> Result<R, Refusals> {
  do {
    return .success(try await body())
  } catch let refusals as Refusals {
    return .failure(refusals)
  }
}
