/// Reads questions and rules against each other: a rule may only compare what is asked, with a
/// value that can be answered, on a basis that is listed.
struct PolicyLint {
  private let facts: [String: Question]
  private let questions: [Question]
  private let legal: [LegalFact]
  private let basis: Set<String>

  init(questions: [Question], legal: [LegalFact]) {
    self.questions = questions
    self.legal = legal
    facts = Dictionary(questions.map { ($0.fact, $0) }, uniquingKeysWith: { first, _ in first })
    basis = Set(legal.map(\.id))
  }

  /// Names that stand twice.
  func checkNames(in body: JSONReader) {
    if Set(questions.map(\.key)).count != questions.count {
      body.record(.duplicate, at: "questions", "a question key stands twice")
    }
    if facts.count != questions.count {
      body.record(.duplicate, at: "questions", "a fact stands twice")
    }
    if basis.count != legal.count {
      body.record(.duplicate, at: "legal", "an id stands twice")
    }
  }

  var rule: JSONField<Rule> {
    .object { body in
      let id = body.required("id", .string(1...20))
      let text = body.required("text", .prose(500))
      let chinese = body.optional("text_zh", .prose(500))
      let when = body.required("when", condition(depth: 0))
      let effect = body.required("effect", .effect)
      let basis = body.required("basis", .set(0...50, of: basisID))
      guard let id, let text, let when, let effect, let basis else { return nil }
      return Rule(
        id: id, text: text, textChinese: chinese, when: when, effect: effect, basis: basis)
    }
  }

  var basisID: JSONField<String> {
    .parsed("the id of an entry of legal") { basis.contains($0) ? $0 : nil }
  }

  private func condition(depth: Int) -> JSONField<Condition> {
    JSONField { slot in
      guard depth < 8, case .object(let object) = slot.value else {
        return slot.fail(.wrongType, "must be a condition, nested at most 8 deep")
      }
      let nested = condition(depth: depth + 1)
      let field: JSONField<Condition> = .object { body in
        switch object.members.first?.name {
        case "all": body.required("all", .array(1...50, of: nested)).map { .all($0) }
        case "any": body.required("any", .array(1...50, of: nested)).map { .any($0) }
        case "not": body.required("not", nested).map { .not($0) }
        default: comparison(body)
        }
      }
      return field.read(slot)
    }
  }

  private func comparison(_ body: JSONReader) -> Condition? {
    let how = body.required("op", .choice(Condition.Comparison.self))
    let name = body.required("answer", .string(1...100))
    guard let name, let question = facts[name], question.worst != nil else {
      _ = body.optional("value", .any)
      if name != nil {
        body.record(.unknownQuestion, at: "answer", "no question with a worst answer")
      }
      return nil
    }
    guard let how, let field = valueField(how, question) else {
      _ = body.optional("value", .any)
      if how != nil { body.record(.wrongType, at: "op", "does not fit the question's type") }
      return nil
    }
    return body.required("value", field).map { .compare(fact: name, how, $0) }
  }

  /// How the compared value is read; nil where the comparison makes no sense.
  private func valueField(
    _ how: Condition.Comparison, _ question: Question
  ) -> JSONField<Answer>? {
    switch (how, question.kind) {
    case (.eq, .choice), (.eq, .flag), (.eq, .number): question.field
    case (.in, .choice), (.intersects, .choices):
      JSONField.set(1...question.options.count, of: option(of: question))
        .map { list, _ in .choices(list) }
    case (.gt, .number), (.ge, .number), (.lt, .number), (.le, .number): question.field
    default: nil
    }
  }

  private func option(of question: Question) -> JSONField<String> {
    .parsed("an option of \(question.key)") { question.options.contains($0) ? $0 : nil }
  }
}

extension JSONField where Value == Rule.Effect {
  fileprivate static var effect: JSONField {
    .object { body in
      var effect = Rule.Effect()
      effect.tier = body.optional("tier", .tier)
      effect.maxRate = body.optional("max_rps", .rate)
      effect.roles =
        body.optional("roles", .set(1...7, of: .choice(Role.self))) ?? []
      effect.costWeight = body.optional("cost_weight", .integer(2...1_000))
      effect.block = body.optional("block", .choice(Rule.Block.self))
      if body.optional("void_approvals", .bool) == true { effect.approvals = .void }
      if let role = effect.roles.first(where: { !$0.decides }) {
        body.record(.invalidFormat, at: "roles", "\(role.rawValue) does not decide")
      }
      return effect
    }
  }
}

extension JSONField where Value == Question {
  static var question: JSONField {
    .object { body in
      let key = body.required("key", .string(1...100))
      let group = body.required("group", .string(1...100))
      let scope = body.required("scope", .choice(Question.Scope.self))
      let kind = body.required("type", .choice(Question.Kind.self))
      let fact = body.optional("fact", .string(1...100))
      let options = body.optional("options", .set(1...100, of: .string(1...100))) ?? []
      _ = body.optional("hint", .string(1...500))
      let readFrom = body.optional("read_from", .prose(500))
      let accepted = body.optional("answer_accepted", .bool) ?? false
      let english = body.required("en", .prose(500))
      let chinese = body.required("zh", .prose(500))
      let why = body.optional("why", .prose(1_000))
      guard let key, let group, let scope, let kind, let english, let chinese else {
        _ = (body.optional("worst", .any), body.optional("neutral", .any))
        return nil
      }
      func make(_ worst: Answer?, _ neutral: Answer?) -> Question {
        Question(
          key: key, group: group, scope: scope, kind: kind, options: options,
          readFrom: readFrom, isAsked: readFrom == nil || accepted, fact: fact ?? key,
          worst: worst, neutral: neutral, english: english, chinese: chinese, why: why)
      }
      if (kind == .choice || kind == .choices) && options.isEmpty {
        body.record(.required, at: "options", "a question with options needs them")
      }
      let field = make(nil, nil).field
      return make(body.optional("worst", field), body.optional("neutral", field))
    }
  }
}
