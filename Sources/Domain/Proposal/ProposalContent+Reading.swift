extension ProposalContent {
  /// Reads a content; every problem at once, with pointers from `root` (a POST wraps the content
  /// in a body).
  package static func read(
    _ json: JSON, typing: JSONTyping = .strict, in context: ContentContext
  ) throws(InvalidBody) -> ProposalContent {
    try JSONReader.read(json, as: field(in: context), typing: typing)
  }

  /// How a content is read where it stands.
  package static func field(in context: ContentContext) -> JSONField<ProposalContent> {
    JSONField { slot in
      guard let content = fields(in: context).read(slot) else { return nil }
      do {
        if try content.json.canonicalBytes().count <= bytesMax { return content }
      } catch {
        return slot.fail(.outOfRange, "a number has no canonical form")
      }
      return slot.fail(.outOfRange, "the content must be at most \(bytesMax) bytes")
    }
  }

  private static func fields(in context: ContentContext) -> JSONField<ProposalContent> {
    let person = JSONField<PersonID>.person(in: context)
    return .object { body in
      let title = body.required("title", .prose(200))
      let purpose = body.required("purpose", .prose(5_000))
      let owner = body.required("owner", person)
      let deputy = body.required("deputy", person)
      let maintainer = body.required("maintainer", .maintainer(person))
      let startsOn = body.required("starts_on", .date)
      let endsOn = body.required("ends_on", .date)
      let pools = body.required("pools", .set(1...50, of: .pool(in: context)))
      let builds = body.optional("build_digests", .set(1...100, of: .digest))
      let identity = body.required("identity", .crawlerIdentity)
      let answers = body.required("answers", .answers(.proposal, in: context))
      let evidence = body.optional(
        "evidence", .array(0...100, of: .evidence(in: context)))
      let targets = body.required(
        "targets", .array(1...targetsMax, of: .target(in: context)))
      if let startsOn, let endsOn { checkSpan(startsOn, endsOn, body) }
      guard let title, let purpose, let owner, let deputy, let maintainer, let startsOn,
        let endsOn, let pools, let identity, let answers, let targets
      else { return nil }
      return ProposalContent(
        title: title, purpose: purpose, owner: owner, deputy: deputy, maintainer: maintainer,
        startsOn: startsOn, endsOn: endsOn, pools: pools, buildDigests: builds,
        identity: identity, answers: answers, evidence: evidence, targets: targets)
    }
  }

  private static func checkSpan(_ start: LocalDate, _ end: LocalDate, _ body: JSONReader) {
    if end < start {
      body.record(.endsBeforeStarts, at: "ends_on", "must not be before starts_on")
    } else if end > start.adding(days: spanDaysMax) {
      body.record(.outOfRange, at: "ends_on", "at most \(spanDaysMax) days after starts_on")
    }
  }
}

extension JSONField where Value == PersonID {
  /// A person's id or e-mail address.
  fileprivate static func person(in context: ContentContext) -> JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      guard let person = context.person(text) else {
        return slot.fail(.unknownID, "no such person")
      }
      return person
    }
  }
}

extension JSONField where Value == PoolID {
  /// A pool's id or name.
  fileprivate static func pool(in context: ContentContext) -> JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      guard let pool = context.pool(text) else {
        return slot.fail(.unknownID, "no such pool")
      }
      return pool
    }
  }
}

extension JSONField where Value == Maintainer {
  fileprivate static func maintainer(_ person: JSONField<PersonID>) -> JSONField {
    .object { body in
      let person = body.required("person", person)
      let phone = body.required("phone", .phone)
      guard let person, let phone else { return nil }
      return Maintainer(person: person, phone: phone)
    }
  }
}

extension JSONField where Value == String {
  fileprivate static var phone: JSONField {
    .parsed("a telephone number like +86 10 1234 5678") { text in
      let allowed = Set("+0123456789 -()./".utf8)
      let digits = text.utf8.count { (48...57).contains($0) }
      return text.utf8.allSatisfy(allowed.contains) && (3...20).contains(digits)
        && text.utf8.count <= 40 ? text : nil
    }
  }

  /// An address, or an address and a prefix length.
  fileprivate static var addressBlock: JSONField {
    .parsed("an IP address or block like 203.0.113.0/28") { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), let host = address(String(parts[0])) else {
        return nil
      }
      if parts.count == 1 { return text }
      let longest: Int64 = host.kind == .ipv4 ? 32 : 128
      guard let bits = Int64(digits: parts[1].utf8), bits <= longest else { return nil }
      return text
    }
  }

  private static func address(_ text: String) -> Host? {
    do throws(HostError) {
      let host = try Host(text.contains(":") ? "[\(text)]" : text)
      return host.isAddress ? host : nil
    } catch {
      return nil
    }
  }
}

extension JSONField where Value == CrawlerIdentity {
  fileprivate static var crawlerIdentity: JSONField {
    .object { body in
      let userAgent = body.required("user_agent", .prose(500))
      let contact = body.required("contact", .prose(300))
      let egress = body.required("egress", .set(0...100, of: .addressBlock))
      guard let userAgent, let contact, let egress else { return nil }
      return CrawlerIdentity(userAgent: userAgent, contact: contact, egress: egress)
    }
  }
}
