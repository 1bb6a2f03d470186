/// What reading a content needs to know of the world: ids, sites, zones, suffixes, questions.
package struct ContentContext: Sendable {
  /// By e-mail in lower case or by id.
  package let people: [String: PersonID]
  /// By name or by id.
  package let pools: [String: PoolID]
  /// The innermost site of a host: registered, or the implicit one at its registrable domain.
  package let site: @Sendable (Host) -> Host
  package let suffixes: PublicSuffixes
  package let zones: Zones
  package let questions: [Question]

  package init(
    people: [String: PersonID], pools: [String: PoolID],
    site: @escaping @Sendable (Host) -> Host, suffixes: PublicSuffixes, zones: Zones,
    questions: [Question]
  ) {
    self.people = people
    self.pools = pools
    self.site = site
    self.suffixes = suffixes
    self.zones = zones
    self.questions = questions
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
