package import Domain

extension Document {
  /// The impact assessment of a revision, made of its facts (`ImpactFacts`) and nothing else.
  ///
  /// - Parameter digest: of the canonical bytes of the facts.
  package init(impact facts: JSON, digest: Digest, in language: Language) {
    let number = facts["proposal"]["number"].text ?? "?"
    let revision = facts["revision"]["n"].text ?? "?"
    let title = facts["content"]["title"].string ?? ""
    self.init(
      language,
      title: language == .english
        ? "Impact assessment of automated access: proposal \(number), r\(revision): \(title)"
        : "自动化访问网络服务影响评估报告：第\(number)号申请第\(revision)次修订《\(title)》")
    let writer = ImpactWriter(facts: facts, words: ImpactWords(language: language))
    writer.addHead(digest, to: &self)
    writer.addParties(to: &self)
    writer.addPurpose(to: &self)
    writer.addBasis(to: &self)
    writer.addTargets(to: &self)
    writer.addPersonalInformation(to: &self)
    writer.addDeclarations(to: &self)
    writer.addStops(to: &self)
    writer.addRisks(to: &self)
    writer.addLimits(to: &self)
    writer.addReview(to: &self)
    writer.addUnknowns(to: &self)
    writer.addConclusion(to: &self)
  }
}

/// Writes the sections of an impact assessment, each from the facts alone.
struct ImpactWriter {
  let facts: JSON
  let words: ImpactWords

  var content: JSON { facts["content"] }
  var assessment: JSON { facts["assessment"] }
  var targets: [JSON] { content["targets"].elements }

  // MARK: - Words

  func say(_ english: String, _ chinese: String) -> String {
    words.language == .english ? english : chinese
  }

  /// `unknown`, where a fact is not there.
  var unknown: String { say("not known", "不明") }

  func known(_ text: String?) -> String { text.map { $0.isEmpty ? unknown : $0 } ?? unknown }

  /// A day: `2026-12-01`, `2026年12月1日`.
  func day(_ json: JSON) -> String {
    guard let text = json.string, LocalDate(text) != nil else { return known(json.string) }
    let parts = text.split(separator: "-").compactMap { Int64(digits: $0.utf8) }
    guard words.language == .chinese, parts.count == 3 else { return text }
    return "\(parts[0])年\(parts[1])月\(parts[2])日"
  }

  /// An instant in UTC, to the second.
  func instant(_ json: JSON) -> String {
    guard let text = json.string, let at = Timestamp(text) else { return known(json.string) }
    let whole = Timestamp(microseconds: at.seconds * 1_000_000).description
    let clock = whole.dropFirst(11).prefix(8)
    let date = day(.string(String(whole.prefix(10))))
    return say("\(date) \(clock) UTC", "\(date) \(clock)（协调世界时）")
  }

  /// A whole number with its thousands set apart.
  func count(_ json: JSON) -> String {
    guard let digits = json.text, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return known(json.text)
    }
    var groups: [String] = []
    var rest = Substring(digits)
    while !rest.isEmpty {
      groups.insert(String(rest.suffix(3)), at: 0)
      rest = rest.dropLast(3)
    }
    return groups.joined(separator: ",")
  }

  func person(_ json: JSON) -> String {
    let name = known(json["name"].string)
    return json["email"].string.map { "\(name) <\($0)>" } ?? name
  }

  func list(_ json: JSON) -> String {
    let texts = json.elements.compactMap(\.text)
    return texts.isEmpty ? say("none", "无") : texts.joined(separator: say(", ", "、"))
  }

  // MARK: - Sections

  func addHead(_ digest: Digest, to document: inout Document) {
    document.add(
      .paragraph(
        say(
          "Made under Article 18 of the Regulations on Network Data Security Management (in force "
            + "since 2025-01-01): whoever uses automated tools to access or collect network data "
            + "assesses the impact on the network service, does not intrude illegally and does not "
            + "interfere with its normal operation. Every statement below is a stored fact of the "
            + "proposal or follows from such facts by arithmetic; what is not known is said to be "
            + "so. Declarations are those of the requester unless marked as verified.",
          "本报告依据《网络数据安全管理条例》（自2025年1月1日起施行）第十八条编制：网络数据处理者使用自动化"
            + "工具访问、收集网络数据，应当评估对网络服务带来的影响，不得非法侵入他人网络，不得干扰网络服务"
            + "正常运行。以下内容均为本申请已存证的事实，或者由该等事实计算得出；不明事项均予注明。"
            + "除标明已核验者外，有关陈述由申请人作出并负责。")))
    let revision = facts["revision"]
    document.add(
      .fields([
        .init(
          say("Proposal", "申请"),
          "\(count(facts["proposal"]["number"])) "
            + "(\(known(facts["proposal"]["id"].string)))"),
        .init(say("Title", "名称"), known(content["title"].string)),
        .init(
          say("Revision", "修订"),
          say(
            "\(known(revision["n"].text)), written \(instant(revision["created_at"]))",
            "第\(known(revision["n"].text))次，\(instant(revision["created_at"]))作成")),
        .init(say("Digest of the revision", "修订内容摘要值"), known(revision["digest"].string)),
        .init(
          say("Policy applied", "适用的风险政策"),
          say(
            "version \(known(facts["policy"]["version"].text)), ",
            "第\(known(facts["policy"]["version"].text))版，")
            + "\(known(facts["policy"]["title"].string)), "
            + known(facts["policy"]["digest"].string)),
        .init(say("Assessed on", "评估日期"), day(assessment["assessed_on"])),
        .init(say("Newest fact", "最新事实的时间"), instant(facts["as_of"])),
        .init(say("Digest of the facts of this document", "本报告所据事实的摘要值"), digest.description),
        .init(say("Result", "结论"), result),
      ]))
  }

  func addParties(to document: inout Document) {
    document.add(.heading(2, say("1. Parties and responsibility", "一、当事人与责任人")))
    let people = facts["people"]
    let phone = content["maintainer"]["phone"].string
    document.add(
      .table(
        [say("Part", "角色"), say("Person", "人员"), say("Contact", "联系方式")],
        rows: [
          (say("Requester", "申请人"), "requester"),
          (say("Owner (answers for the crawl)", "责任人"), "owner"),
          (say("Deputy", "替补责任人"), "deputy"),
          (say("Maintainer (on call)", "值守人员"), "maintainer"),
        ].map { label, part in
          let contact = known(people[part]["email"].string)
          let call = part == "maintainer" ? phone.map { ", \($0)" } ?? "" : ""
          return [label, known(people[part]["name"].string), contact + call]
        }))
    let identity = content["identity"]
    document.add(
      .fields([
        .init(
          say("The crawler identifies itself as", "抓取程序的身份标识"), known(identity["user_agent"].string)
        ),
        .init(
          say("Address for the target's operator", "供目标运营者联系的地址"), known(identity["contact"].string)
        ),
        .init(say("Addresses it comes from", "出口地址"), list(identity["egress"])),
      ]))
  }

  func addPurpose(to document: inout Document) {
    document.add(.heading(2, say("2. Purpose and necessity", "二、目的与必要性")))
    document.add(
      .fields(
        [
          .init(say("Purpose", "目的"), known(content["purpose"].string)),
          .init(
            say("Period asked for", "申请期间"),
            say(
              "\(day(content["starts_on"])) to \(day(content["ends_on"]))",
              "\(day(content["starts_on"]))至\(day(content["ends_on"]))")),
        ] + answers(inGroups: ["purpose"], scope: "proposal", of: content["answers"])))
  }

  /// The legal sources that the rules which apply rest on, as they stood on the day.
  func addBasis(to document: inout Document) {
    document.add(.heading(2, say("3. Legal bases of the findings", "三、认定所依据的法律规定")))
    let sources = facts["sources"].elements
    guard !sources.isEmpty else {
      return document.add(.paragraph(say("None is cited.", "未援引法律规定。")))
    }
    document.add(
      .table(
        [
          say("Source", "法律规定"), say("In force since", "施行日期"), say("What it says", "内容"),
          say("Rules", "对应规则"),
        ],
        rows: sources.map { source in
          [citation(source), day(source["in_force_from"]), text(of: source), rules(citing: source)]
        }))
  }

  func citation(_ source: JSON) -> String {
    let name = known(source[say("instrument_en", "instrument_zh")].string)
    let article = known(source[say("article", "article_zh")].string)
    guard source["jurisdiction"].string == "CN", words.language == .chinese else {
      return words.language == .chinese ? name + article : "\(name), \(article)"
    }
    return name.hasPrefix("《") ? name + article : "《\(name)》\(article)"
  }

  func text(of json: JSON) -> String {
    known(
      words.language == .chinese
        ? json["text_zh"].string ?? json["text"].string
        : json["text"].string)
  }

  private func rules(citing source: JSON) -> String {
    var ids: [String] = []
    for rule in assessment["rules"].elements
    where rule["basis"].elements.contains(source["id"]) {
      if let id = rule["id"].string, !ids.contains(id) { ids.append(id) }
    }
    return ids.joined(separator: say(", ", "、"))
  }
}
