import Domain
import Testing
import Wire

@Suite("policy")
struct PolicyTests {
  let policy = DefaultPolicy.policy

  @Test("the default policy has all questions, rules, tiers and sources, and canonical bytes")
  func complete() throws {
    #expect(policy.questions.count == 50)
    #expect(policy.rules.count == 58)
    #expect(policy.legal.count == 102)
    #expect(policy.tiers.map(\.tier) == Tier.allCases)
    #expect(EvidenceProfile.content.violations(in: policy.json).isEmpty)
    let bytes = try policy.json.canonicalBytes()
    _ = try Policy(json: JSONParser.parse(bytes))
  }

  @Test("an act that was renumbered has the citation of the day")
  func datedBasis() throws {
    let old = try #require(policy.legal["CN-CSL2016"])
    let last = try #require(LocalDate("2025-12-31"))
    #expect(old.isInForce(on: last))
    #expect(!old.isInForce(on: last.adding(days: 1)))
  }

  @Test(
    "a policy with a mistake is refused at its place",
    arguments: [
      ("op: ge, value: 50000", "op: in, value: 50000", "/rules/5/when/all/0/op"),
      ("basis: [CN-CL-285-1]", "basis: [CN-CL-285-9]", "/rules/1/basis/0"),
      ("effect: {tier: T4, max_rps: 0.1}", "effect: {tier: T5}", "/rules/3/effect/tier"),
      ("value: [state_organ, cii]", "value: [state_organ, moon]", "/rules/2/when/all/0/value/1"),
      ("answer: trade_secrets", "answer: trade_secret", "/rules/44/when/answer"),
      ("worst: data_resale", "worst: resale", "/questions/0/worst"),
      ("longest_validity_days: 7", "longest_validity_days: 181", "/tiers/4/longest_validity_days"),
      ("- tier: T3", "- tier: T2", "/tiers"),
      ("- id: R02", "- id: R01", "/rules"),
      ("schema: countersign.policy/v1", "schema: other/v1", "/schema"),
      ("make: T4}", "make: T3}", "/escalator/1/make"),
    ])
  func lint(original: String, mistake: String, pointer: String) throws {
    let text = String(decoding: try SharedFile.bytes("policies/default.yaml"), as: UTF8.self)
    let range = try #require(text.firstRange(of: original))
    let changed = text.replacingCharacters(in: range, with: mistake)
    let json = try YAMLDocument.parse(Array(changed.utf8), scalars: .coreSchema)
    do throws(InvalidBody) {
      _ = try Policy(json: json)
      Issue.record("accepted")
    } catch {
      #expect(error.errors.first?.pointer.description == pointer)
    }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
