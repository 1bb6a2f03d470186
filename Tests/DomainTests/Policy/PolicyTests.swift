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
    #expect(policy.legal.count == 103)
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
    // R52 rests on the duties of the Cybersecurity Law: article 21, and 23 since 2026-01-01.
    for (day, cited) in [
      (last, ["CN-CSL2016-21", "CN-PIPL-51"]),
      (last.adding(days: 1), ["CN-CSL2025-23", "CN-PIPL-51"]),
    ] {
      let content = try ContentBuilder.content(["answers/encrypted_at_rest": false])
      let assessment = policy.assess(content, sites: [[]], change: .first, on: day)
      #expect(assessment.targets[0].basis["R52"] == cited)
      let sources = policy.sources(citedBy: .object(assessment.json)).elements
      let law = try #require(sources.first { $0["id"].text == cited[0] })
      #expect(law["article_zh"].text.hasPrefix(day == last ? "第二十一条" : "第二十三条"))
      #expect(law["instrument_en"].text.hasPrefix("Cybersecurity Law"))
    }
  }

  @Test("every rule has its text in Chinese, and so has every source that a rule cites")
  func bothLanguages() {
    func isChinese(_ text: String?) -> Bool {
      text?.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) } ?? false
    }
    for rule in policy.rules { #expect(isChinese(rule.textChinese), "\(rule.id)") }
    for id in Set(policy.rules.flatMap(\.basis)) {
      let source = policy.legal[id]
      #expect(isChinese(source?.textChinese), "\(id)")
      #expect(source?.articleChinese != nil, "\(id)")
      #expect(isChinese(source?.instrumentChinese ?? source?.instrument) || id.hasPrefix("RFC"))
      let english = source?.instrumentEnglish ?? source?.instrument
      #expect(!isChinese(english), "\(id)")
    }
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
      ("roles: [legal_reviewer, risk_reviewer]", "roles: [legal_reviewer]", "/tiers/0/roles"),
      ("max_rps: 0.1}", "max_rps: 0.12345678}", "/rules/3/effect/max_rps"),
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
