/// What reading a content needs to know of the world: ids, sites, zones, suffixes, questions.
package struct ContentContext: Sendable {
  /// Where a content comes from.
  package enum Origin: Sendable {
    /// From a caller: names are looked up, everything is checked.
    ///
    /// People by e-mail in lower case or by id, pools by name or by id; `site` gives the
    /// innermost site of a host, registered or implicit.
    case caller(
      people: [String: PersonID], pools: [String: PoolID],
      site: @Sendable (Host) -> Host)
    /// From a revision: it was checked when it was made. Sites and questions may have changed
    /// since; answers to questions that are gone are left out.
    case revision
  }

  package let origin: Origin
  package let suffixes: PublicSuffixes
  package let zones: Zones
  package let questions: [Question]

  package init(
    origin: Origin, suffixes: PublicSuffixes, zones: Zones, questions: [Question]
  ) {
    self.origin = origin
    self.suffixes = suffixes
    self.zones = zones
    self.questions = questions
  }
}

extension ContentContext {
  /// Nil when nobody has this id or address.
  func person(_ text: String) -> PersonID? {
    switch origin {
    case .caller(let people, _, _): people[text.lowercased()]
    case .revision: PersonID(text)
    }
  }

  /// Nil when there is no pool of this id or name.
  func pool(_ text: String) -> PoolID? {
    switch origin {
    case .caller(_, let pools, _): pools[text]
    case .revision: PoolID(text)
    }
  }

  /// The site of a host; nil where that was settled when the revision was made.
  func site(of host: Host) -> Host? {
    switch origin {
    case .caller(_, _, let site): site(host)
    case .revision: nil
    }
  }
}

/// Names that a content mentions, to be looked up before it is read. Whatever is malformed is
/// left out here and refused by the reading.
package struct ContentMentions: Hashable, Sendable {
  /// Ids and e-mail addresses in lower case.
  package let people: Set<String>
  /// Ids and names.
  package let pools: Set<String>
  /// Every host and its parents, for the sites that may cover it.
  package let hosts: Set<Host>

  package init(in json: JSON) {
    guard case .object(let content) = json else {
      (people, pools, hosts) = ([], [], [])
      return
    }
    var people: [JSON?] = [content["owner"], content["deputy"]]
    if case .object(let maintainer)? = content["maintainer"] {
      people.append(maintainer["person"])
    }
    self.people = Set(people.compactMap(ContentMentions.text).map { $0.lowercased() })
    pools = Set(ContentMentions.texts(content["pools"]))
    var hosts: Set<Host> = []
    if case .array(let targets)? = content["targets"] {
      for case .object(let target) in targets.prefix(ProposalContent.targetsMax) {
        for text in ContentMentions.texts(target["hosts"]) {
          hosts.formUnion(ContentMentions.host(text)?.selfAndParents ?? [])
        }
      }
    }
    self.hosts = hosts
  }

  private static func text(_ json: JSON?) -> String? {
    if case .string(let text)? = json { text } else { nil }
  }

  private static func texts(_ json: JSON?) -> [String] {
    if case .array(let elements)? = json { elements.prefix(100).compactMap(text) } else { [] }
  }

  private static func host(_ text: String) -> Host? {
    do throws(HostError) {
      return try Host(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text)
    } catch {
      // The reading refuses it with its place and reason.
      return nil
    }
  }
}
