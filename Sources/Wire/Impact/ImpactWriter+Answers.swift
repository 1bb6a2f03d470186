import Domain

extension ImpactWriter {
  /// The answer of a target or, where it has none, that it counts as the worst.
  func answer(_ key: String, of target: JSON) -> String {
    let answer = target["answers"][key]
    return answer == .null ? unanswered : words.answer(answer)
  }

  private var unanswered: String {
    say("not answered: counted as the worst answer", "未作答：按最不利答案认定")
  }

  /// The questions of these groups with what was answered.
  func answers(inGroups groups: [String], scope: String, of answers: JSON) -> [Document.Field] {
    facts["questions"].elements.compactMap { question in
      guard let key = question["key"].string, let group = question["group"].string,
        groups.contains(group), question["scope"].string == scope
      else { return nil }
      let given = answers[key]
      return Document.Field(
        known(question[words.language.rawValue].string),
        given == .null ? neutralOrUnanswered(key) : words.answer(given))
    }
  }

  /// Questions on personal data are not asked where there is none.
  private func neutralOrUnanswered(_ key: String) -> String {
    let personal: Set<String> = [
      "sensitive_categories", "personal_records", "legal_basis", "public_data_status",
      "impact_assessment",
    ]
    let isNone = content["answers"]["personal_data"].string == "none"
    return isNone && personal.contains(key)
      ? say("not asked: no personal information", "不涉及个人信息，无须作答") : unanswered
  }

  func addPersonalInformation(to document: inout Document) {
    document.add(
      .heading(2, say("5. Data and personal information", "五、数据与个人信息")))
    document.add(
      .fields(answers(inGroups: ["data"], scope: "proposal", of: content["answers"])))
    let perTarget = targets.enumerated().flatMap { index, target in
      answers(inGroups: ["data"], scope: "target", of: target["answers"]).map { field in
        [say("Target \(index + 1)", "目标\(index + 1)"), field.label, field.value]
      }
    }
    guard !perTarget.isEmpty else { return }
    document.add(
      .table(
        [say("Target", "目标"), say("Question", "问题"), say("Answer", "回答")], rows: perTarget))
  }

  /// What the requester declares of targets, access, load and operation, and what backs it.
  func addDeclarations(to document: inout Document) {
    document.add(.heading(2, say("6. Declarations and evidence", "六、申请人陈述与证据")))
    let operation = answers(
      inGroups: ["load", "execution"], scope: "proposal", of: content["answers"])
    if !operation.isEmpty { document.add(.fields(operation)) }
    for (index, target) in targets.enumerated() {
      document.add(
        .heading(3, say("Target \(index + 1): ", "目标\(index + 1)：") + list(target["hosts"])))
      document.add(
        .fields(
          answers(
            inGroups: ["target", "access", "load", "execution"], scope: "target",
            of: target["answers"]) + authorisation(target["authorisation"])))
    }
    addEvidence(to: &document)
  }

  private func authorisation(_ paper: JSON) -> [Document.Field] {
    guard paper != .null else {
      return [
        .init(say("Written authorisation", "书面授权文件"), say("none was submitted", "未提交"))
      ]
    }
    let rate = known(paper["max_rps"].text)
    return [
      .init(
        say("Written authorisation", "书面授权文件"),
        [
          known(paper["issuer"].string), known(paper["reference"].string),
          known(paper["sha256"].string),
          say("\(rate) requests a second at most", "速率不超过每秒\(rate)次"),
          say("valid to \(day(paper["expires_on"]))", "有效期至\(day(paper["expires_on"]))"),
        ].joined(separator: say("; ", "；")))
    ]
  }

  private func addEvidence(to document: inout Document) {
    let general = content["evidence"].elements.map { (say("proposal", "申请"), $0) }
    let perTarget = targets.enumerated().flatMap { index, target in
      target["evidence"].elements.map { (say("target \(index + 1)", "目标\(index + 1)"), $0) }
    }
    let rows = (general + perTarget).map { place, evidence in
      [
        place, question(known(evidence["question"].string)),
        known(evidence["url"].string ?? evidence["sha256"].string),
        day(evidence["observed_on"]), day(evidence["expires_on"]),
      ]
    }
    guard !rows.isEmpty else {
      return document.add(.paragraph(say("No evidence was submitted.", "未提交证据材料。")))
    }
    document.add(
      .table(
        [
          say("For", "对象"), say("Question", "所证明的问题"), say("Document", "证据材料"),
          say("Observed", "取得日期"), say("Valid to", "有效期至"),
        ], rows: rows))
  }

  private func question(_ key: String) -> String {
    let question = facts["questions"].elements.first { $0["key"].string == key }
    return question?[words.language.rawValue].string ?? key
  }

  // MARK: - Stops

  func addStops(to document: inout Document) {
    document.add(
      .heading(2, say("7. Conditions under which it stops", "七、停止条件")))
    document.add(.list(standingStops + declaredStops))
    let locks = facts["locks"].elements
    guard !locks.isEmpty else {
      return document.add(
        .paragraph(say("No stop stands at present.", "目前没有生效中的停止措施。")))
    }
    document.add(
      .table(
        [
          say("Stop in force", "生效中的停止措施"), say("Placed by", "实施人"), say("Since", "起始时间"),
          say("Reason", "理由"),
        ],
        rows: locks.map { lock in
          [
            words.scope(known(lock["scope"].string))
              + (lock["scope_id"].string.map { " \($0)" } ?? ""),
            known(lock["locked_by"]["name"].string), instant(lock["locked_at"]),
            known(lock["reason"].string),
          ]
        }))
  }

  /// What the service itself sees to, whatever the requester declares.
  private var standingStops: [String] {
    let phone = known(content["maintainer"]["phone"].string)
    let name = known(facts["people"]["maintainer"]["name"].string)
    return [
      say(
        "Every request needs a token that lasts a minute; without a valid one nothing is sent.",
        "每次请求须持有有效期约一分钟的令牌；没有有效令牌的，不得发送请求。"),
      say(
        "Outside the permitted hours, above the rate, after the day's or the total number of "
          + "requests, and after the last day, no token is issued.",
        "在许可时段之外、超过速率上限、用尽单日或者总请求数、超过授权期限的，不再签发令牌。"),
      say(
        "Any active person can stop this proposal at once by a lock; two people are needed to "
          + "lift it.",
        "任何在职人员均可立即锁定本申请以停止抓取；解除锁定须由两人共同作出。"),
      say(
        "A breaker that opened suspends the permission until two people resume it.",
        "熔断机制触发的，授权即行中止，须由两人共同决定恢复。"),
      say(
        "On call: \(name), \(phone).", "值守人员：\(name)，电话：\(phone)。"),
    ]
  }

  private var declaredStops: [String] {
    let answers = content["answers"]
    func declared(_ key: String) -> String {
      answers[key] == .null ? unanswered : words.answer(answers[key])
    }
    var stops = [
      say(
        "Kill switch proven within 60 seconds (declared): \(declared("kill_switch_proven")).",
        "紧急停止开关已演练并在60秒内生效（申请人陈述）：\(declared("kill_switch_proven"))。"),
      say(
        "Workers stop on captcha, login redirect, 401/403/429/451 or three server errors in a row "
          + "(declared): \(declared("stops_on_challenge")).",
        "遇验证码、登录跳转、401/403/429/451应答或者连续三次服务器错误自动停止（申请人陈述）："
          + "\(declared("stops_on_challenge"))。"),
      say(
        "People who can stop it at once (declared): \(declared("people_who_can_stop")).",
        "能够立即停止的人数（申请人陈述）：\(declared("people_who_can_stop"))。"),
    ]
    let requires = assessment["requires"].elements.compactMap(\.string)
    if requires.contains("on_call") {
      stops.append(say("The tier requires somebody on call.", "该风险等级要求安排值守人员。"))
    }
    if requires.contains("attended") {
      stops.append(say("The tier requires attended operation.", "该风险等级要求运行时有人在场。"))
    }
    return stops
  }
}
