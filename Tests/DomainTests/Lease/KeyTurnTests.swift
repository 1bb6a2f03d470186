import Domain
import Testing

@Suite("Turns of token keys")
struct KeyTurnTests {
  private static let start = Timestamp(microseconds: 1_795_000_000_000_000)
  private static let plan = KeyPlan(algorithm: "ES256", maxAgeSeconds: 60)
  private static let actor = Actor(
    subject: .service, method: .service, credential: nil, request: nil)

  private func registered(
    _ kid: String, beside: [PublishedKey] = [], algorithm: String = "ES256",
    after seconds: Int64 = 0
  ) -> PublishedKey {
    PublishedKey.registered(
      kid: kid, algorithm: algorithm, jwk: ["kty": "EC"], beside: beside, as: Self.plan,
      by: Self.actor, at: Self.start + seconds
    ).subject
  }

  private func turn(_ keys: [PublishedKey], after seconds: Int64) -> KeyTurn {
    KeyTurn(of: keys, as: Self.plan, at: Self.start + seconds)
  }

  @Test("the first key of all signs at once, a later one once everybody has fetched it twice")
  func announcing() {
    let first = registered("a")
    #expect(turn([first], after: 0).signer == first)
    #expect(turn([first], after: 0).changesAt == nil)
    let second = registered("b", beside: [first], after: 10)
    #expect(second.signsFrom == Self.start + 130)
    let before = KeyTurn(
      of: [first, second], as: Self.plan, at: second.signsFrom.adding(microseconds: -1))
    #expect(before.signer == first && before.changesAt == second.signsFrom)
    #expect(turn([second, first], after: 130).signer == second)
  }

  @Test("a replica whose only key is new beside those of others has to wait for it")
  func joining() {
    let elsewhere = registered("a")
    let own = registered("b", beside: [elsewhere])
    #expect(turn([own], after: 0).signer == nil)
    #expect(turn([own], after: 0).changesAt == Self.start + 120)
    #expect(turn([own], after: 119).signer == nil)
    #expect(turn([own], after: 120).signer == own)
  }

  @Test("what was replaced retires ten seconds later, and its last token is outlived")
  func retiring() throws {
    let first = registered("a")
    let second = registered("b", beside: [first])
    #expect(turn([first, second], after: 120).changesAt == Self.start + 130)
    #expect(turn([first, second], after: 129).spent.isEmpty)
    let handover = turn([first, second], after: 130)
    #expect(handover.spent == [first] && handover.changesAt == nil)
    let end = handover.at
    let retired = try #require(first.retired(.replaced, by: Self.actor, at: end)).subject
    // Signed at the last moment that a replica may not have known better, for the longest term.
    let lastToken = end + 10 + LeaseTerm.secondsMost + LeaseTerm.guardSeconds
    #expect(retired.retirement?.publishedUntil == lastToken)
    #expect(retired.isPublished(at: lastToken.adding(microseconds: -1)))
    #expect(!retired.isPublished(at: lastToken))
    #expect(!retired.maySign(at: end))
    #expect(turn([retired, second], after: 500).spent.isEmpty)
  }

  @Test("three keys in a hurry: each has its turn, and every older one retires")
  func several() {
    let first = registered("a")
    let second = registered("b", beside: [first], after: 1)
    let third = registered("c", beside: [first, second], after: 2)
    let keys = [first, second, third]
    #expect(turn(keys, after: 121).signer == second)
    #expect(turn(keys, after: 121).changesAt == third.signsFrom)
    #expect(turn(keys, after: 122).signer == third)
    #expect(turn(keys, after: 131).spent.isEmpty)
    #expect(Set(turn(keys, after: 132).spent) == [first, second])
  }

  @Test("the planned algorithm goes first; where no key of it is left, one is lacking")
  func algorithms() {
    let first = registered("a")
    let other = registered("b", beside: [first], algorithm: "EdDSA")
    #expect(turn([first, other], after: 120).signer == first)
    #expect(!turn([first, other], after: 120).lacksKey)
    let wish = KeyPlan(algorithm: "EdDSA", maxAgeSeconds: 60)
    #expect(KeyTurn(of: [first], as: wish, at: Self.start).lacksKey)
    #expect(KeyTurn(of: [first], as: wish, at: Self.start).signer == first)
    #expect(KeyTurn(of: [first, other], as: wish, at: Self.start + 119).signer == first)
    #expect(KeyTurn(of: [first, other], as: wish, at: Self.start + 120).signer == other)
    #expect(KeyTurn(of: [first, other], as: wish, at: Self.start + 130).spent == [first])
    #expect(turn([], after: 0).lacksKey && turn([], after: 0).signer == nil)
  }

  @Test("a compromised key ends at once, also one that has retired; nothing brings one back")
  func compromise() throws {
    let key = registered("a")
    let now = Self.start + 50
    let ended = try #require(key.retired(.compromised, by: Self.actor, at: now)).subject
    #expect(!ended.isPublished(at: now) && turn([ended], after: 60).lacksKey)
    #expect(turn([ended], after: 60).signer == nil)
    #expect(ended.retired(.replaced, by: Self.actor, at: now + 1) == nil)

    let retired = try #require(key.retired(.replaced, by: Self.actor, at: now)).subject
    #expect(retired.retired(.replaced, by: Self.actor, at: now + 1) == nil)
    let sooner = try #require(retired.retired(.compromised, by: Self.actor, at: now + 1)).subject
    #expect(sooner.retirement == .init(at: now, publishedUntil: now + 1))
    // With nothing published any more, the next key is a first one.
    #expect(registered("b", beside: [sooner], after: 60).signsFrom == Self.start + 60)
    #expect(registered("b", beside: [retired], after: 60).signsFrom == Self.start + 180)
  }
}
