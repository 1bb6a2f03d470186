/// One entry of the questionnaire.
package struct Question: Hashable, Sendable {
  package enum Scope: String, Hashable, Sendable, CaseIterable {
    case proposal, target
  }

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case choice = "enum"
    case choices = "multi"
    case flag = "bool"
    case number = "int"
    // Facts that only stand elsewhere in the content.
    case users, date, hosts, file, window
  }

  package let key: String
  package let group: String
  package let scope: Scope
  package let kind: Kind
  /// Of a choice: from harmless to severe where an order exists.
  package let options: [String]
  /// Where the fact stands instead of among the answers.
  package let readFrom: String?
  /// Whether it is accepted among the answers.
  package let isAsked: Bool
  /// The name under which rules compare it.
  package let fact: String
  /// What an unanswered question counts as; nil where no rule compares it.
  package let worst: Answer?
  /// What it counts as while `personal_data` is `none` and it is not answered.
  package let neutral: Answer?
  package let english: String
  package let chinese: String
  package let why: String?

  /// Numbers in answers; the worst answers of the policy lie within.
  package static let numberMax: Int64 = 1_000_000_000_000

  /// How an answer to this question is read.
  package var field: JSONField<Answer> {
    let options = options
    let option = JSONField<String>.parsed("one of: \(options.joined(separator: ", "))") { text in
      options.contains(text) ? text : nil
    }
    return switch kind {
    case .choice: option.map { text, _ in .choice(text) }
    case .choices: JSONField.set(0...options.count, of: option).map { list, _ in .choices(list) }
    case .flag: JSONField.bool.map { value, _ in .flag(value) }
    case .number:
      JSONField.integer(0...Question.numberMax).map { value, _ in .number(value) }
    case .users, .date, .hosts, .file, .window:
      JSONField { $0.fail(.answeredElsewhere, "is read from another part of the content") }
    }
  }
}
