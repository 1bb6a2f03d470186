import Domain
import Testing
import Wire

@Suite("policy diff")
struct PolicyDiffTests {
  /// The default policy with a part of its text replaced.
  static func policy(_ changes: [(String, String)]) throws -> Policy {
    var text = String(decoding: try SharedFile.bytes("policies/default.yaml"), as: UTF8.self)
    for (original, changed) in changes {
      let range = try #require(text.firstRange(of: original), "\(original)")
      text.replaceSubrange(range, with: changed)
    }
    return try Policy(json: YAMLDocument.parse(Array(text.utf8), scalars: .coreSchema))
  }

  @Test(
    "each entry says which way it goes",
    arguments: [
      // tiers
      ("max_rps: 2\n", "max_rps: 1\n", "tier T1 changed tightens"),
      ("max_rps: 2\n", "max_rps: 3\n", "tier T1 changed loosens"),
      (
        "roles: [legal_reviewer, risk_reviewer, business_owner]",
        "roles: [legal_reviewer, risk_reviewer]", "tier T2 changed loosens"
      ),
      ("end: \"08:00\"", "end: \"07:00\"", "tier T2 changed tightens"),
      ("end: \"08:00\"", "end: \"09:00\"", "tier T2 changed loosens"),
      (
        "start: \"20:00\", end: \"08:00\"", "start: \"19:00\", end: \"07:00\"",
        "tier T2 changed undecided"
      ),
      ("decide_within_days: 7", "decide_within_days: 8", "tier T3 changed neutral"),
      // effects
      (
        "effect: {tier: T4, max_rps: 0.1}", "effect: {tier: T4, max_rps: 0.05}",
        "rule R04 changed tightens"
      ),
      (
        "effect: {tier: T4, max_rps: 0.1}", "effect: {tier: T3, max_rps: 0.05}",
        "rule R04 changed undecided"
      ),
      ("effect: {tier: T4, max_rps: 0.1}", "effect: {tier: T4}", "rule R04 changed loosens"),
      (
        "effect: {tier: T4, max_rps: 0.1}",
        "effect: {tier: T4, max_rps: 0.1, roles: [general_counsel]}",
        "rule R04 changed tightens"
      ),
      // conditions
      ("op: ge, value: 50000", "op: ge, value: 40000", "rule R06 changed tightens"),
      ("op: ge, value: 50000", "op: gt, value: 50000", "rule R06 changed loosens"),
      (
        "op: in, value: [state_organ, cii]", "op: in, value: [cii]",
        "rule R03 changed loosens"
      ),
      (
        "op: in, value: [state_organ, cii]", "op: in, value: [state_organ, cii, own]",
        "rule R03 changed tightens"
      ),
      (
        "op: in, value: [state_organ, cii]", "op: in, value: [state_organ, own]",
        "rule R03 changed undecided"
      ),
      // words
      (
        "text: \"Public-service field\"", "text: \"A public service\"",
        "rule R05 changed neutral"
      ),
      (
        "en: \"What is the data for?\"", "en: \"Whatever for?\"",
        "question data_use changed neutral"
      ),
      ("worst: data_resale", "worst: other", "question data_use changed undecided"),
      (
        "figures: \"<=3 years or detention\"", "figures: \"3 years\"",
        "legal CN-CL-285-1 changed neutral"
      ),
      ("rules: 3, of: T2", "rules: 2, of: T2", "escalator escalator changed undecided"),
      ("respond_within_days: 2", "respond_within_days: 3", "review review changed neutral"),
    ])
  func effects(original: String, changed: String, entry: String) throws {
    let diff = PolicyDiff(
      from: DefaultPolicy.policy, to: try Self.policy([(original, changed)]))
    #expect(
      diff.entries.map { "\($0.part) \($0.id) \($0.change) \($0.effect)" } == [entry])
  }

  @Test("a rule more tightens, a rule less loosens, both are undecided")
  func addedAndRemoved() throws {
    let more = try Self.policy([
      (
        "  - id: R01\n",
        """
          - id: R00
            text: "Everything"
            when: {answer: max_mrps, op: ge, value: 0}
            effect: {tier: T1}
            basis: []
          - id: R01

        """
      )
    ])
    let added = PolicyDiff(from: DefaultPolicy.policy, to: more)
    #expect(added.entries.map(\.id) == ["R00"])
    #expect(added.effect == .tightens)
    let removed = PolicyDiff(from: more, to: DefaultPolicy.policy)
    #expect(removed.entries.map(\.change) == [.removed])
    #expect(removed.effect == .loosens)
    let both = try Self.policy([("max_rps: 2\n", "max_rps: 1\n"), ("value: 50000", "value: 60000")])
    #expect(PolicyDiff(from: DefaultPolicy.policy, to: both).effect == .undecided)
    #expect(PolicyDiff(from: more, to: more).effect == .neutral)
  }
}
