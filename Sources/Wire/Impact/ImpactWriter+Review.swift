import Domain

extension ImpactWriter {
  /// What is left to decide about: every rule that applies, with what it does.
  func addRisks(to document: inout Document) {
    document.add(.heading(2, say("8. Findings and residual risk", "八、认定与剩余风险")))
    let tier = known(assessment["tier"].string)
    document.add(
      .paragraph(
        say(
          "Risk tier: \(tier) (T0 lowest, T4 highest, X cannot be approved). The risks below "
            + "remain under the limits of section 9 and are what the reviewers accept by name.",
          "风险等级：\(tier)（T0最低，T4最高，X不得批准）。下列风险在第九部分所列限制之下仍然存在，"
            + "由审查人具名承担审查责任。")))
    let rules = merged(assessment["rules"].elements)
    guard !rules.isEmpty else {
      return document.add(.paragraph(say("No rule applies.", "未触发任何规则。")))
    }
    document.add(
      .table(
        [
          say("Rule", "规则"), say("Finding", "认定"), say("Effect", "效果"), say("Targets", "目标"),
          say("Basis", "依据"),
        ],
        rows: rules.map { rule, places in
          [
            known(rule["id"].string), text(of: rule), effect(rule["effect"]),
            places.map { String($0 + 1) }.joined(separator: say(", ", "、")),
            basis(of: rule),
          ]
        }))
  }

  /// Each rule once, with the targets that it hits.
  private func merged(_ rules: [JSON]) -> [(rule: JSON, targets: [Int64])] {
    var found: [(rule: JSON, targets: [Int64])] = []
    for rule in rules {
      let target = rule["target"].int64 ?? 0
      if let index = found.firstIndex(where: {
        $0.rule["id"] == rule["id"] && $0.rule["effect"] == rule["effect"]
      }) {
        found[index].targets.append(target)
      } else {
        found.append((rule, [target]))
      }
    }
    return found
  }

  private func effect(_ effect: JSON) -> String {
    var parts: [String] = []
    if let tier = effect["tier"].string {
      parts.append(
        tier == "X" ? say("prohibited", "禁止") : say("tier \(tier)", "风险等级\(tier)"))
    }
    if let rate = effect["max_rps"].text {
      parts.append(say("at most \(rate) requests a second", "速率不超过每秒\(rate)次"))
    }
    let roles = effect["roles"].elements.compactMap(\.string).map(words.role)
    if !roles.isEmpty {
      let names = roles.joined(separator: say(", ", "、"))
      parts.append(say("signature of \(names)", "须经\(names)签署"))
    }
    if let weight = effect["cost_weight"].text {
      parts.append(say("each request counts \(weight) times", "每次请求按\(weight)次计"))
    }
    switch effect["block"].string {
    case "submit"?: parts.append(say("blocks submission", "不得提交"))
    case "token"?: parts.append(say("blocks tokens", "不签发令牌"))
    default: break
    }
    if effect["void_approvals"] == .bool(true) {
      parts.append(say("voids earlier approvals", "此前批准失效"))
    }
    return parts.isEmpty ? say("none", "无") : parts.joined(separator: say("; ", "；"))
  }

  private func basis(of rule: JSON) -> String {
    let cited = rule["basis"].elements.compactMap(\.string)
    let sources = facts["sources"].elements
    let texts = cited.compactMap { id in
      sources.first { $0["id"].string == id }.map(citation)
    }
    return texts.isEmpty
      ? say("house rule", "内部规则") : texts.joined(separator: say("; ", "；"))
  }

  /// The numbers that may be granted, and what set each.
  func addLimits(to document: inout Document) {
    document.add(
      .heading(2, say("9. Limits, and what sets each", "九、限制及其来源")))
    let names = [
      ("max_rps", say("requests a second", "每秒请求数")), ("burst", say("burst", "突发请求数")),
      ("max_concurrency", say("at once", "并发请求数")),
      ("max_workers", say("workers", "工作进程数")),
      ("daily_requests", say("requests a day", "单日请求数")),
    ]
    document.add(
      .table(
        [
          say("Target", "目标"), say("Limit", "限制项"), say("At most", "上限"),
          say("Set by", "来源"),
        ],
        rows: assessment["caps"].elements.flatMap { cap -> [[String]] in
          let target = String((cap["target"].int64 ?? 0) + 1)
          let numbers = names.map { name, label in
            let granted = cap["granted"][name].text
            let setter = known(cap["set_by"][name].string)
            return [target, label, known(granted ?? cap[name].text), origin(setter)]
          }
          let windows = cap["windows"].elements.map(window)
          let hours = windows.isEmpty ? say("none", "无") : windows.joined(separator: say("; ", "；"))
          let setter = known(cap["set_by"]["windows"].string)
          return numbers + [[target, say("hours", "时段"), hours, origin(setter)]]
        }))
    let validity = count(assessment["longest_validity_days"])
    document.add(
      .paragraph(
        say(
          "The permission lasts \(validity) days at most.", "授权期限最长为\(validity)日。")))
  }

  private func origin(_ setter: String) -> String {
    switch setter {
    case "request": return say("what is asked for", "申请内容")
    case "authorisation": return say("the written authorisation", "书面授权文件")
    default: break
    }
    if setter.hasPrefix("site:") {
      return say("ceiling of the site ", "站点上限：") + setter.dropFirst(5)
    }
    if Tier(setter) != nil { return say("tier ", "风险等级") + setter }
    return setter
  }

  // MARK: - Review

  func addReview(to document: inout Document) {
    document.add(.heading(2, say("10. Review and signatures", "十、审查与签署")))
    let round = facts["round"]
    let needed = assessment["required_roles"].elements.compactMap(\.string).map(words.role)
    let roles = needed.isEmpty ? say("none", "无") : needed.joined(separator: say(", ", "、"))
    document.add(
      .fields([
        .init(say("Signatures required", "须签署的角色"), roles),
        .init(
          say("State of the review", "审查状态"),
          round == .null
            ? say("not submitted", "尚未提交") : words.state(known(round["state"].string))),
        .init(
          say("Opened", "开始时间"),
          round == .null ? say("not submitted", "尚未提交") : instant(round["opened_at"])),
        .init(
          say("To be decided by", "决定期限"),
          round == .null ? say("not submitted", "尚未提交") : instant(round["decide_by"])),
      ]))
    addDecisions(round["decisions"].elements, to: &document)
    let grant = facts["grant"]
    guard grant != .null else { return }
    document.add(
      .fields([
        .init(say("Permission", "授权"), known(grant["id"].string)),
        .init(say("State recorded", "记录状态"), words.state(known(grant["state"].string))),
        .init(
          say("From", "起始"), instant(grant["starts_at"])),
        .init(say("To", "终止"), instant(grant["ends_at"])),
      ]))
  }

  private func addDecisions(_ decisions: [JSON], to document: inout Document) {
    guard !decisions.isEmpty else {
      return document.add(.paragraph(say("Nobody has decided yet.", "尚无人作出决定。")))
    }
    document.add(
      .table(
        [
          say("Role", "角色"), say("Person", "人员"), say("Decision", "决定"), say("When", "时间"),
          say("Conditions and reasons", "附加条件与理由"),
        ],
        rows: decisions.map { decision in
          let void = decision["void"] == .bool(true) ? say(" (void)", "（已失效）") : ""
          return [
            words.role(known(decision["role"].string)),
            person(decision["person"]),
            words.verdict(known(decision["verdict"].string)) + void,
            instant(decision["decided_at"]), terms(of: decision),
          ]
        }))
  }

  private func terms(of decision: JSON) -> String {
    var parts: [String] = []
    let conditions = decision["conditions"]
    for target in conditions["targets"].elements {
      guard case .object(let members) = target else { continue }
      let place = String((target["index"].int64 ?? 0) + 1)
      let limits = members.members.filter { $0.name != "index" }.map { name, value in
        let text =
          value.elements.isEmpty
          ? known(value.text)
          : value.elements.map(window).joined(separator: say("; ", "；"))
        return "\(name) ≤ \(text)"
      }
      parts.append(
        say("target \(place): ", "目标\(place)：") + limits.joined(separator: say(", ", "、")))
    }
    if conditions["ends_on"] != .null {
      parts.append(say("ends on ", "终止于") + day(conditions["ends_on"]))
    }
    if let note = conditions["note"].string { parts.append(note) }
    if let reason = decision["reason"].string { parts.append(reason) }
    return parts.isEmpty ? say("none", "无") : parts.joined(separator: say("; ", "；"))
  }

  // MARK: - Unknowns, result

  /// What the assessment rests on without knowing it.
  func addUnknowns(to document: inout Document) {
    document.add(.heading(2, say("11. What is not known", "十一、不明事项")))
    var items = assessment["unverified"].elements.compactMap(\.string).map { pointer in
      say(
        "\(pointer): declared by the requester, not verified by the service.",
        "\(pointer)：由申请人陈述，未经系统核验。")
    }
    for (index, target) in targets.enumerated() {
      let load = facts["load"].elements.first { $0["target"].int64 == Int64(index) } ?? .null
      if load["capacity"] == .null {
        items.append(
          say(
            "Capacity of target \(index + 1): no valid evidence states it.",
            "目标\(index + 1)的承载能力：没有有效证据予以证明。"))
      }
      items += unanswered(scope: "target", target["answers"]).map { question in
        say("Target \(index + 1), not answered: ", "目标\(index + 1)，未作答：") + question
      }
    }
    items += unanswered(scope: "proposal", content["answers"]).map { question in
      say("Not answered: ", "未作答：") + question
    }
    items.append(
      say(
        "The number of bytes: the proposal does not state it.", "传输字节数：申请中未予载明。"))
    document.add(.list(items))
  }

  private func unanswered(scope: String, _ answers: JSON) -> [String] {
    facts["questions"].elements.compactMap { question in
      guard let key = question["key"].string, question["scope"].string == scope,
        answers[key] == .null, key != "robots_verdict"
      else { return nil }
      let isPersonal = question["group"].string == "data"
      let hasNone = content["answers"]["personal_data"].string == "none"
      let neutral: Set<String> = [
        "sensitive_categories", "personal_records", "legal_basis", "public_data_status",
        "impact_assessment",
      ]
      if isPersonal, hasNone, neutral.contains(key) { return nil }
      return known(question[words.language.rawValue].string)
    }
  }

  func addConclusion(to document: inout Document) {
    document.add(.heading(2, say("12. Result", "十二、结论")))
    document.add(.paragraph(result))
    document.add(
      .paragraph(
        say(
          "The tiers, limits and roles are the policy of this organisation, not law; the legal "
            + "sources are cited as they were in force on the day of the assessment. The digests "
            + "above identify exactly what was assessed.",
          "风险等级、限制和签署角色为本单位的内部政策，并非法律规定；所援引的法律规定以评估当日施行的文本为准。"
            + "上列摘要值唯一标识被评估的内容。")))
  }

  /// In one sentence.
  var result: String {
    let tier = known(assessment["tier"].string)
    if tier == "X" {
      let rules = assessment["rules"].elements.filter { $0["effect"]["tier"].string == "X" }
      var ids: [String] = []
      for id in rules.compactMap({ $0["id"].string }) where !ids.contains(id) { ids.append(id) }
      return say(
        "Prohibited by \(ids.joined(separator: ", ")): it cannot be approved; only a change of the "
          + "facts can alter that.",
        "依据规则\(ids.joined(separator: "、"))予以禁止：不得批准，仅可因事实变更而重新评估。")
    }
    let signatures = assessment["required_roles"].elements.count
    let blocks = assessment["blocks"].elements
    let open = blocks.contains { $0["step"].string == "submit" }
    let until =
      open
      ? say(
        " It cannot be submitted before the blocking findings are resolved.",
        "存在阻止提交的事项，解决前不得提交。") : ""
    return say(
      "Risk tier \(tier): permissible within the limits of section 9, with \(signatures) "
        + "signatures of different people, none of them a party to the proposal.\(until)",
      "风险等级\(tier)：在第九部分所列限制之内，经\(signatures)名与本申请无利害关系的不同人员签署后可予批准。\(until)")
  }
}
