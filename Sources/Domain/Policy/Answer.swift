/// An answer to a question, or a fact read from the content: what rules compare.
package enum Answer: Hashable, Sendable {
  case choice(String)
  case choices([String])
  case flag(Bool)
  case number(Int64)

  /// As it stands in content and in policies.
  package var json: JSON {
    switch self {
    case .choice(let option): .string(option)
    case .choices(let options): .array(options.map { .string($0) })
    case .flag(let value): .bool(value)
    case .number(let value): JSON(value)
    }
  }
}

/// What is known of one target with the proposal beside it: fact name → answer.
package typealias Facts = [String: Answer]
