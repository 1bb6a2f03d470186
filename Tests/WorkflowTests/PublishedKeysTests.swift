import CountersignTesting
import Domain
import Testing
import Tokens

@testable import Workflow

@Suite("Published keys")
struct PublishedKeysTests {
  @Test("keys are recalled for a second, and a late reading of older ones does not count")
  func memory() {
    let memory = KeyMemory()
    let start = ContinuousClock.now
    #expect(memory.recalled(at: start) == nil)
    memory.keep(PublishedKeys(document: [1]), readAt: start)
    memory.keep(PublishedKeys(document: [2]), readAt: start - .nanoseconds(1))
    #expect(memory.recalled(at: start)?.document == [1])
    let end = start + .seconds(1)
    #expect(memory.recalled(at: end - .nanoseconds(1))?.document == [1])
    #expect(memory.recalled(at: end) == nil)
  }

  @Test("a key that another replica has registered is read from the database")
  func otherReplica() async throws {
    try await TestService.with { service, _ in
      #expect(service.recalledKeys() == nil)
      let before = try await service.publishedKeys()
      let key = SigningKey.make(.es256).verifyingKey
      _ = try await service.performUnauthenticated(
        TurnKeys(keys: [key]), method: .service, trace: nil)
      let after = try await service.publishedKeys()
      #expect(!text(before).contains(key.kid))
      #expect(text(after).contains(key.kid))
      if let recalled = service.recalledKeys() { #expect(text(recalled) == text(after)) }
    }
  }

  private func text(_ keys: PublishedKeys) -> String {
    String(decoding: keys.document, as: UTF8.self)
  }
}
