/// The risk policy: questionnaire, rules, tiers and sources as they stood in one version.
package struct Policy: Sendable {
  /// As it was read; its canonical bytes are what is stored and hashed.
  package let json: JSON
  package let title: String
  package let respondWithinDays: Int64
  package let escalator: [EscalatorStep]
  /// Every tier, T0 first.
  package let tiers: [TierTerms]
  package let questions: [Question]
  package let rules: [Rule]
  package let legal: [String: LegalFact]
  /// Nil in a policy that says nothing of incidents: then no clock runs.
  package let incidents: IncidentPolicy?
  private let worst: Facts

  init(
    json: JSON, title: String, respondWithinDays: Int64, escalator: [EscalatorStep],
    tiers: [TierTerms], questions: [Question], rules: [Rule], legal: [LegalFact],
    incidents: IncidentPolicy?
  ) {
    self.json = json
    self.title = title
    self.respondWithinDays = respondWithinDays
    self.escalator = escalator
    self.tiers = tiers
    self.questions = questions
    self.rules = rules
    self.legal = Dictionary(legal.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.incidents = incidents
    worst = Dictionary(
      questions.compactMap { question in question.worst.map { (question.fact, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The terms of a tier.
  package func terms(of tier: Tier) -> TierTerms { tiers[tier.rawValue] }

  /// The question of a key; nil when there is none.
  package func question(_ key: String) -> Question? { questions.first { $0.key == key } }

  /// Every question with its worst answer, under the names that rules compare.
  package var worstFacts: Facts { worst }
}
