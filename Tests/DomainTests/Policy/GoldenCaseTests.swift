import Domain
import Testing

@Suite(
  "golden cases of the default policy",
  .enabled(if: SharedFile.exists("policy/tier-cases.json")))
struct GoldenCaseTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let answers: JSONObject
    let expect: JSON
    var testDescription: String { name }
  }

  static let cases: [Case] = {
    guard SharedFile.exists("policy/tier-cases.json") else { return [] }
    do {
      return try SharedFile.json("policy/tier-cases.json").elements.map { entry in
        Case(
          name: entry["name"].text, answers: entry["answers"].object, expect: entry["expect"])
      }
    } catch {
      preconditionFailure("the golden cases do not load: \(error)")
    }
  }()

  @Test("each case has its tier, seats, cap, blocks and rules", arguments: cases)
  func golden(_ entry: Case) throws {
    let policy = DefaultPolicy.policy
    let facts = Facts(
      uniqueKeysWithValues: entry.answers.members.map {
        ($0.name, DefaultPolicy.answer($0.value))
      })
    let findings = policy.findings(for: facts)
    let expect = entry.expect
    #expect(findings.tier.description == expect["tier"].text)
    #expect(findings.rules.map(\.id) == expect["rules"].elements.map(\.text))
    #expect(findings.roles.map(\.rawValue).sorted() == expect["roles"].elements.map(\.text))
    let blocks = Set(findings.blocks.map(\.step.rawValue)).sorted()
    #expect(blocks == expect["blocks"].elements.map(\.text))
    #expect((findings.approvals == .void) == (expect["void_approvals"] == .bool(true)))
    let asked = if case .number(let number)? = facts["max_mrps"] { number } else { Int64.max }
    let cap = min(
      policy.terms(of: findings.tier).maxRate, findings.cap?.rate ?? .most,
      Rate(milliRPS: min(asked, 1_000_000)))
    #expect(JSON(cap.milliRPSRoundedUp) == expect["cap_mrps"])
  }
}

@Suite("monotonicity of the default policy")
struct MonotonicityTests {
  static let exempt: Set<String> = ["data_use", "operator_consent"]

  @Test("replacing any single answer by its worst never lowers the tier", arguments: 1...8)
  func worseIsNeverLower(seed: Int) {
    let policy = DefaultPolicy.policy
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<100 {
      let facts = randomFacts(policy, &generator)
      let tier = policy.findings(for: facts).tier
      for question in policy.questions where !MonotonicityTests.exempt.contains(question.key) {
        guard let worst = question.worst else { continue }
        var worse = facts
        worse[question.fact] = worst
        #expect(
          policy.findings(for: worse).tier >= tier, "seed \(seed), \(question.key), \(facts)")
      }
    }
  }

  @Test("leaving any single answer out never lowers the tier", arguments: 1...4)
  func unansweredIsNeverLower(seed: Int) {
    let policy = DefaultPolicy.policy
    var generator = SeededGenerator(seed: UInt64(seed) &+ 1_000)
    for _ in 0..<100 {
      let facts = randomFacts(policy, &generator)
      let tier = policy.findings(for: facts).tier
      // With personal data none an unasked question is neutral, which an answer may not be.
      guard facts["personal_data"] != .choice("none") else { continue }
      for name in facts.keys where !MonotonicityTests.exempt.contains(name) {
        var fewer = facts
        fewer[name] = nil
        #expect(policy.findings(for: fewer).tier >= tier, "seed \(seed), \(name), \(facts)")
      }
    }
  }

  /// Mostly harmless answers, so that the tier has room to rise.
  private func randomFacts(_ policy: Policy, _ generator: inout SeededGenerator) -> Facts {
    var facts: Facts = [:]
    for question in policy.questions where question.worst != nil {
      let harmless = generator.next() % 8 != 0
      switch question.kind {
      case .choice:
        facts[question.fact] = .choice(
          (harmless ? nil : question.options.randomElement(using: &generator))
            ?? question.options[0])
      case .choices:
        facts[question.fact] = .choices(
          harmless ? [] : question.options.filter { _ in generator.next() % 3 == 0 })
      case .flag:
        let worst = question.worst == .flag(true)
        facts[question.fact] = .flag(harmless ? !worst : worst)
      case .number:
        let low: Int64 = question.worst == .number(0) ? 3 : 1
        let others: [Int64] = [0, 1, 11, 60, 600, 2_500, 20_000, 60_000]
        facts[question.fact] = .number(
          harmless ? low : others.randomElement(using: &generator) ?? low)
      case .users, .date, .hosts, .file, .window: break
      }
    }
    return facts
  }
}
