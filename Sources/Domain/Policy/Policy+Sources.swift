extension Policy {
  /// The legal sources that the rules of an assessment cite, each once, in the order in which they
  /// are cited, as `{id, jurisdiction, instrument, article, …}` with their text in English and,
  /// where the policy has it, in Chinese.
  ///
  /// - Parameters:
  ///   - assessment: as it is answered and stored (`rules[].basis[]`).
  ///   - earlier: the policy to ask for sources that this one has no more.
  package func sources(citedBy assessment: JSON, else earlier: Policy? = nil) -> JSON {
    var seen: Set<String> = []
    let cited = assessment.ruleBasis.filter { seen.insert($0).inserted }
    return .array(cited.compactMap { (legal[$0] ?? earlier?.legal[$0])?.json })
  }
}

extension LegalFact {
  /// As an assessment shows it.
  package var json: JSON {
    var members: JSONObject = [
      "id": .string(id), "jurisdiction": .string(jurisdiction),
      "instrument": .string(instrument),
      "instrument_en": .string(instrumentEnglish ?? instrument),
      "instrument_zh": .string(instrumentChinese ?? instrument), "article": .string(article),
      "article_zh": .string(articleChinese ?? article), "in_force_from": JSON(inForceFrom),
    ]
    members["in_force_to"] = inForceTo.map { JSON($0) }
    members["text"] = .string(text)
    members["text_zh"] = textChinese.map { .string($0) }
    return .object(members)
  }
}

extension JSON {
  fileprivate var ruleBasis: [String] {
    guard case .object(let assessment) = self, case .array(let rules)? = assessment["rules"]
    else { return [] }
    return rules.flatMap { rule -> [String] in
      guard case .object(let members) = rule, case .array(let basis)? = members["basis"] else {
        return []
      }
      return basis.compactMap { id in if case .string(let text) = id { text } else { nil } }
    }
  }
}
