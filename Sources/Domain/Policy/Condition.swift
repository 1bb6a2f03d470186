/// When a rule matches.
package indirect enum Condition: Hashable, Sendable {
  case all([Condition])
  case any([Condition])
  case not(Condition)
  case compare(fact: String, Comparison, Answer)

  package enum Comparison: String, Hashable, Sendable, CaseIterable {
    case eq
    /// The choice is one of the listed.
    case `in`
    /// The choices and the listed have one in common.
    case intersects
    case gt
    case ge
    case lt
    case le
  }

  /// Whether the facts fulfil it. A fact that is missing fulfils no comparison; the policy's
  /// reader sees to it that every compared fact has a worst answer.
  package func holds(for facts: Facts) -> Bool {
    switch self {
    case .all(let parts): parts.allSatisfy { $0.holds(for: facts) }
    case .any(let parts): parts.contains { $0.holds(for: facts) }
    case .not(let part): !part.holds(for: facts)
    case .compare(let name, let comparison, let value):
      facts[name].map { Condition.compare($0, comparison, value) } ?? false
    }
  }

  /// Names of all facts compared, with repeats.
  package var facts: [String] {
    switch self {
    case .all(let parts), .any(let parts): parts.flatMap(\.facts)
    case .not(let part): part.facts
    case .compare(let name, _, _): [name]
    }
  }

  private static func compare(_ fact: Answer, _ how: Comparison, _ value: Answer) -> Bool {
    switch (how, fact, value) {
    case (.eq, _, _): fact == value
    case (.in, .choice(let option), .choices(let listed)): listed.contains(option)
    case (.intersects, .choices(let options), .choices(let listed)):
      options.contains { listed.contains($0) }
    case (.gt, .number(let number), .number(let limit)): number > limit
    case (.ge, .number(let number), .number(let limit)): number >= limit
    case (.lt, .number(let number), .number(let limit)): number < limit
    case (.le, .number(let number), .number(let limit)): number <= limit
    default: false
    }
  }
}
