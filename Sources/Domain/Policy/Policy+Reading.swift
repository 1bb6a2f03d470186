extension Policy {
  /// Reads and checks a policy; `InvalidBody` has everything that is wrong with it.
  package init(json: JSON) throws(InvalidBody) {
    self = try JSONReader.read(json, as: .policy)
  }
}

extension JSONField where Value == Policy {
  /// A policy where it stands; what has no exact canonical form is refused with the rest.
  package static var policy: JSONField {
    JSONField { slot in
      let violations = EvidenceProfile.content.violations(in: slot.value)
      for violation in violations {
        slot.record(violation.code, at: violation.pointer, violation.detail)
      }
      guard let policy = members(of: slot.value).read(slot), violations.isEmpty else {
        return nil
      }
      return policy
    }
  }

  private static func members(of json: JSON) -> JSONField {
    .object { body in
      _ = body.required(
        "schema",
        .parsed("countersign.policy/v1") { text -> String? in
          text == "countersign.policy/v1" ? text : nil
        })
      let title = body.required("title", .prose(200))
      let respond = body.required(
        "review",
        .object { review in
          review.required("respond_within_days", .integer(1...90))
        })
      let escalator = body.required("escalator", .array(0...10, of: .escalatorStep))
      let tiers = body.required("tiers", .array(6...6, of: .tierTerms))
      let questions = body.required("questions", .array(1...500, of: .question))
      let legal = body.required("legal", .array(0...2_000, of: .legalFact))
      _ = body.optional("renumberings", .any)
      guard let questions, let legal else {
        _ = (body.optional("rules", .any), body.optional("incidents", .any))
        return nil
      }
      let lint = PolicyLint(questions: questions, legal: legal)
      lint.checkNames(in: body)
      let rules = body.required("rules", .array(1...2_000, of: lint.rule))
      let incidents = body.optional("incidents", lint.incidents)
      guard let title, let respond, let escalator, let tiers, let rules else { return nil }
      guard checkTiers(tiers, in: body) else { return nil }
      if Set(rules.map(\.id)).count != rules.count {
        body.record(.duplicate, at: "rules", "a rule id stands twice")
      }
      return Policy(
        json: json, title: title, respondWithinDays: respond, escalator: escalator,
        tiers: tiers, questions: questions, rules: rules, legal: legal, incidents: incidents)
    }
  }

  /// Every tier in its place, and two signatures for each that can be approved: with fewer seats
  /// no round of it could ever be.
  private static func checkTiers(_ tiers: [TierTerms], in body: JSONReader) -> Bool {
    guard tiers.map(\.tier) == Tier.allCases else {
      body.record(.invalidFormat, at: "tiers", "must be T0, T1, T2, T3, T4 and X in this order")
      return false
    }
    for terms in tiers where terms.tier != .x && terms.roles.count < 2 {
      body.record(
        .outOfRange, at: JSONPointer(["tiers", String(terms.tier.rawValue), "roles"]),
        "\(terms.tier) needs two roles at least")
    }
    return true
  }
}

extension JSONField where Value == Tier {
  /// `T0` … `T4`, `X`.
  package static var tier: JSONField { .parsed("a tier (T0 to T4, X)", { Tier($0) }) }
}

extension JSONField where Value == [Role] {
  fileprivate static var decidingRoles: JSONField {
    .set(
      0...Role.deciding.count,
      of: .parsed("a deciding role") { text in
        Role(rawValue: text).flatMap { $0.decides ? $0 : nil }
      })
  }
}

extension JSONField where Value == EscalatorStep {
  fileprivate static var escalatorStep: JSONField {
    .object { step in
      let rules = step.required("rules", .integer(1...100))
      let of = step.required("of", .tier)
      let make = step.required("make", .tier)
      guard let rules, let of, let make else { return nil }
      if make <= of { step.record(.outOfRange, at: "make", "must be above \(of)") }
      return EscalatorStep(rules: rules, of: of, make: make)
    }
  }
}

extension JSONField where Value == TierTerms {
  fileprivate static var tierTerms: JSONField {
    .object { body in
      let tier = body.required("tier", .tier)
      let roles = body.required("roles", .decidingRoles)
      let rate = body.required("max_rps", .rateOrNone)
      let concurrency = body.required("max_concurrency", .integer(0...100_000))
      let daily = body.required("daily_requests", .integer(0...1_000_000_000_000))
      let validity = body.required("longest_validity_days", .integer(0...180))
      let decide = body.required("decide_within_days", .integer(1...90))
      let windows = body.required("windows", .array(0...50, of: .window))
      let evidence = body.required("evidence_before_token", .bool)
      let requires = body.required("requires", .array(0...20, of: .string(1...100)))
      guard let tier, let roles, let rate, let concurrency, let daily, let validity,
        let decide, let windows, let evidence, let requires
      else { return nil }
      return TierTerms(
        tier: tier, roles: roles, maxRate: rate, maxConcurrency: concurrency,
        dailyRequests: daily, longestValidityDays: validity, decideWithinDays: decide,
        windows: windows.isEmpty ? .always : WindowSet(windows),
        evidenceBeforeToken: evidence ? .required : .notRequired, requires: requires)
    }
  }
}

extension JSONField where Value == Rate {
  /// A rate, or 0 for none.
  static var rateOrNone: JSONField {
    JSONField { slot in
      slot.value == .number(JSONNumber(0)) ? Rate.none : JSONField.rate.read(slot)
    }
  }
}

extension JSONField where Value == Window {
  /// `{"days": ["mon", …] or "all", "start": "22:00", "end": "06:00"}`.
  package static var window: JSONField {
    .object { body in
      let days = body.required("days", .weekdays)
      let start = body.required("start", .clockTime)
      let end = body.required("end", .clockTime)
      guard let days, let start, let end else { return nil }
      do throws(WindowError) {
        return try Window(days: days, start: start, end: end)
      } catch {
        body.record(.invalidFormat, at: "start", error.description)
        return nil
      }
    }
  }
}

extension JSONField where Value == ClockTime {
  /// `00:00` to `24:00`.
  package static var clockTime: JSONField { .parsed("a clock time like 22:00", ClockTime.init) }
}

extension JSONField where Value == [Weekday] {
  /// `all`, or an array of `mon` … `sun` without repeats.
  package static var weekdays: JSONField {
    JSONField { slot in
      if slot.value == .string("all") { return Weekday.allCases }
      let day = JSONField<Weekday>.parsed("one of: mon, tue, wed, thu, fri, sat, sun") {
        Weekday(abbreviation: $0)
      }
      return JSONField.set(1...7, of: day).read(slot)
    }
  }
}

extension JSONField where Value == LegalFact {
  fileprivate static var legalFact: JSONField {
    .object { body in
      let id = body.required("id", .string(1...100))
      let jurisdiction = body.required("jurisdiction", .string(1...20))
      let instrument = body.required("instrument", .prose(300))
      let article = body.required("article", .prose(300))
      let from = body.required("in_force_from", .dayMonthOrYear)
      let to = body.optional("in_force_to", .dayMonthOrYear)
      let text = body.required("text", .prose(2_000))
      let english = body.optional("instrument_en", .prose(300))
      let chinese = body.optional("instrument_zh", .prose(300))
      let articleChinese = body.optional("article_zh", .prose(300))
      let textChinese = body.optional("text_zh", .prose(2_000))
      _ = body.optional("figures", .string(0...1_000))
      _ = body.optional("use", .string(0...1_000))
      _ = body.required(
        "verified", .parsed("V, S or K") { ["V", "S", "K"].contains($0) ? $0 : nil })
      guard let id, let jurisdiction, let instrument, let article, let from, let text else {
        return nil
      }
      return LegalFact(
        id: id, jurisdiction: jurisdiction, instrument: instrument,
        instrumentEnglish: english, instrumentChinese: chinese, article: article,
        articleChinese: articleChinese, inForceFrom: from, inForceTo: to, text: text,
        textChinese: textChinese)
    }
  }
}

extension JSONField where Value == LocalDate {
  /// `2017-11-01`, `2017-11` or `2017`: the first day of what is given.
  fileprivate static var dayMonthOrYear: JSONField {
    .parsed("a day, a month or a year") { text in
      LocalDate(text) ?? LocalDate(text + "-01") ?? LocalDate(text + "-01-01")
    }
  }
}
