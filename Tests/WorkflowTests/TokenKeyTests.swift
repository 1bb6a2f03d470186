import CountersignTesting
import Domain
import Testing
import Tokens
import Workflow

@Suite("Token keys")
struct TokenKeyTests {
  private static let start = Timestamp(microseconds: 1_795_000_000_000_000)

  /// A service whose first key is registered at `start`, with the clock standing still.
  private func with(
    _ body: (Service, ManualClock, _ first: SigningKey) async throws -> Void
  ) async throws {
    try await TestService.with { service, clock in
      clock.set(to: Self.start)
      // The key that the test's service began with is none of this folder's.
      let first = SigningKey.make(.es256)
      try await service.turnKeys([first])
      clock.set(to: Self.start.adding(seconds: 120))
      try await service.turnKeys([first])
      try await body(service, clock, first)
    }
  }

  private func published(_ service: Service) async throws -> [String: VerifyingKey] {
    let json = try JSONParser.parse(try await service.publishedKeys().document)
    guard case .object(let set) = json, case .array(let keys)? = set["keys"] else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: keys.compactMap { VerifyingKey(jwk: $0) }.map { ($0.kid, $0) })
  }

  @Test(
    "a new key is published at once, and signs never while one of the planned algorithm is left")
  func otherAlgorithm() async throws {
    try await with { service, clock, first in
      let second = SigningKey.make(.edDSA)
      let began = Self.start.adding(seconds: 1_000)
      clock.set(to: began)
      let announced = try await service.turnKeys([first, second])
      #expect(announced.signer?.kid == first.kid)
      #expect(announced.changesAt == began.adding(seconds: 120))
      #expect(try service.signingKey.kid == first.kid)
      #expect(try await published(service)[second.kid]?.algorithm == .edDSA)

      clock.set(to: began.adding(seconds: 120).adding(microseconds: -1))
      try await service.turnKeys([first, second])
      #expect(try service.signingKey.kid == first.kid)
      // The plan is ES256: the first key goes on until it retires.
      clock.set(to: began.adding(seconds: 120))
      try await service.turnKeys([first, second])
      #expect(try service.signingKey.kid == first.kid)
    }
  }

  @Test("of one algorithm the newer key takes over at its instant, and a repeat changes nothing")
  func takingOver() async throws {
    try await with { service, clock, first in
      let second = SigningKey.make(.es256)
      let began = Self.start.adding(seconds: 1_000)
      clock.set(to: began)
      try await service.turnKeys([first, second])
      clock.set(to: began.adding(seconds: 120))
      for _ in 0..<3 {
        #expect(try await service.turnKeys([first, second]).spent.isEmpty)
        #expect(try service.signingKey.kid == second.kid)
      }
      clock.set(to: began.adding(seconds: 130))
      #expect(try await service.turnKeys([first, second]).spent.map(\.kid) == [first.kid])
      #expect(try await service.turnKeys([first, second]).spent.isEmpty)

      let over = began.adding(seconds: 130 + 300 + 3 + 10)
      clock.set(to: over.adding(microseconds: -1))
      #expect(try await published(service)[first.kid] != nil)
      clock.set(to: over)
      #expect(try await published(service)[first.kid] == nil)
      #expect(try await published(service)[second.kid] != nil)
      // Its file may lie there for ever: it never signs again.
      try await service.turnKeys([first])
      #expect(throws: CallFailure.self) { try service.signingKey }
    }
  }

  @Test("of two replicas that start at once on an empty database one signs at once")
  func firstStarts() async throws {
    try await TestService.with { service, clock in
      for key in try await service.tokenKeys().keys {
        _ = try await service.performUnauthenticated(
          RetireSigningKey(kid: key.kid, cause: .compromised), method: .service, trace: nil)
      }
      clock.set(to: try await service.time().now.adding(seconds: 1))
      let turns = try await withThrowingTaskGroup(of: KeyTurn.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let keys = [SigningKey.make(.es256).verifyingKey]
            return try await persistently {
              try await service.performUnauthenticated(
                TurnKeys(keys: keys), method: .service, trace: nil)
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(turns.count { $0.signer != nil } == 1)
      #expect(turns.count { $0.changesAt != nil } == 7)
    }
  }

  @Test("two replicas on one folder register a key once and agree on whose turn it is")
  func sharedFolder() async throws {
    try await with { service, clock, first in
      let keys = [first, SigningKey.make(.es256)].map(\.verifyingKey)
      let turns = try await withThrowingTaskGroup(of: KeyTurn.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await persistently {
              try await service.performUnauthenticated(
                TurnKeys(keys: keys), method: .service, trace: nil)
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(turns.map(\.signer?.kid)) == [first.kid])
      #expect(Set(turns.map(\.changesAt)).count == 1)
      clock.set(to: Self.start.adding(seconds: 1_000))
      let retired = try await withThrowingTaskGroup(of: KeyTurn.self) { group in
        for _ in 0..<8 {
          group.addTask {
            try await persistently {
              try await service.performUnauthenticated(
                TurnKeys(keys: keys), method: .service, trace: nil)
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(retired.map(\.signer?.kid)) == [keys[1].kid])
      let standing = try await service.tokenKeys().keys.filter { $0.kid == first.kid }
      #expect(standing.map { $0.retirement?.at } == [Self.start.adding(seconds: 1_000)])
    }
  }

  @Test("a token of a compromised key is inactive at once, and leases wait for another key")
  func compromise() async throws {
    try await TestService.with { service, _ in
      let grant = try await service.makeGrant()
      let held = try await grant.grantLease(service, worker: "a")
      let token = try LeaseToken.signed(held.claims, with: try service.signingKey)
      let ask = { () async throws -> LeaseClaims? in
        try await service.look(
          for: grant.gatewayCalls(), { _ in IntrospectToken(token: token) })
      }
      #expect(try await ask() != nil)
      let kid = try service.signingKey.kid
      let gone = try await service.performUnauthenticated(
        RetireSigningKey(kid: kid, cause: .replaced), method: .service, trace: nil)
      #expect(try await ask() != nil, "its last tokens stay genuine")
      let ended = try await service.performUnauthenticated(
        RetireSigningKey(kid: kid, cause: .compromised), method: .service, trace: nil)
      #expect(ended.retirement?.at == gone.retirement?.at)
      #expect(try await ask() == nil)
      try await service.turnKeys([])
      #expect(throws: CallFailure.self) { try service.signingKey }
      await #expect(throws: Refusals.self) {
        try await service.performUnauthenticated(
          RetireSigningKey(kid: "nothing", cause: .replaced), method: .service, trace: nil)
      }
    }
  }
}
