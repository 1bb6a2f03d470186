/// A host and everything under it, plus aliases; its ceiling holds over all projects.
package struct Site: Hashable, Sendable {
  package let id: SiteID
  package let host: Host
  package let facts: SiteFacts
  /// Counts changes; the ETag.
  package let version: Int64

  package init(id: SiteID, host: Host, facts: SiteFacts, version: Int64) {
    self.id = id
    self.host = host
    self.facts = facts
    self.version = version
  }

  /// The site with new facts; the first version when there was none.
  ///
  /// - Parameter id: of the implicit site that stood at this host, which keeps its charges.
  package static func put(
    _ facts: SiteFacts, at host: Host, replacing old: Site?, implicit id: SiteID?,
    by actor: Actor, at now: Timestamp
  ) -> Ruling<Site> {
    let site = Site(
      id: old?.id ?? id ?? SiteID.make(at: now), host: host, facts: facts,
      version: (old?.version ?? 0) + 1)
    return Ruling(
      site,
      LogEntry(
        .siteChanged, stream: StreamID(site.id), object: EventObject("site", site.id.text),
        by: actor, at: now, role: actor.person == nil ? nil : .administrator,
        detail: facts.logDetail(host: host, version: site.version)))
  }
}

/// What an administrator says of a site.
package struct SiteFacts: Hashable, Sendable {
  package let operatorKind: OperatorKind
  package let ceiling: Ceiling
  /// IANA name.
  package let timeZone: String
  package let aliases: [Host]
  package let contact: String?
  package let notes: String?

  package init(
    operatorKind: OperatorKind, ceiling: Ceiling, timeZone: String, aliases: [Host],
    contact: String?, notes: String?
  ) {
    self.operatorKind = operatorKind
    self.ceiling = ceiling
    self.timeZone = timeZone
    self.aliases = aliases
    self.contact = contact
    self.notes = notes
  }

  fileprivate func logDetail(host: Host, version: Int64) -> JSONObject {
    [
      "host": .string(host.text), "version": JSON(version),
      "operator_kind": .string(operatorKind.rawValue), "time_zone": .string(timeZone),
      "aliases": .array(aliases.map { .string($0.text) }),
      "ceiling": [
        "max_urps": JSON(ceiling.maxRPS.microRPS), "burst": JSON(ceiling.burst),
        "max_concurrency": JSON(ceiling.maxConcurrency),
        "daily_requests": JSON(ceiling.dailyRequests), "windows": ceiling.windows.json,
      ],
    ]
  }
}

/// The numbers that hold over all projects on a site.
package struct Ceiling: Hashable, Sendable {
  package let maxRPS: Rate
  package let burst: Int64
  package let maxConcurrency: Int64
  package let dailyRequests: Int64
  /// The hours in which the site may be crawled at all.
  package let windows: WindowSet

  /// How many windows a ceiling may list.
  package static let windowsMax = 50

  package init(
    maxRPS: Rate, burst: Int64, maxConcurrency: Int64, dailyRequests: Int64, windows: WindowSet
  ) {
    self.maxRPS = maxRPS
    self.burst = burst
    self.maxConcurrency = maxConcurrency
    self.dailyRequests = dailyRequests
    self.windows = windows
  }

  /// Of the implicit site at a registrable domain where nobody registered one (api.md).
  package static let implicit = Ceiling(
    maxRPS: Rate(milliRPS: 2_000), burst: 8, maxConcurrency: 8, dailyRequests: 100_000,
    windows: .always)

  /// The same where the target is the company's own.
  package static let implicitOwn = Ceiling(
    maxRPS: Rate(milliRPS: 10_000), burst: 8, maxConcurrency: 8, dailyRequests: 100_000,
    windows: .always)
}

/// What kind of operator a target has, from harmless to untouchable.
package enum OperatorKind: String, Hashable, Sendable, CaseIterable, Comparable {
  case own
  case partnerContract = "partner_contract"
  case privateCompany = "private_company"
  case publicInterestPlatform = "public_interest_platform"
  case stateOrgan = "state_organ"
  case criticalInfrastructure = "cii"
  case stateAffairs = "state_affairs_defence_cutting_edge"

  /// Less strict first; where a site and a proposal differ, the stricter one counts.
  package static func < (left: OperatorKind, right: OperatorKind) -> Bool {
    left.strictness < right.strictness
  }

  private var strictness: Int { OperatorKind.allCases.firstIndex(of: self) ?? 0 }
}
