/// What an incident is about: a stop that answers it, a grant that may have caused it, a site
/// that is harmed.
package enum IncidentLink: Hashable, Sendable {
  /// A lock belongs to one incident.
  case lock(LockID)
  case grant(GrantID)
  /// A host and everything under it, registered or not.
  case site(Host)

  package var lock: LockID? { if case .lock(let id) = self { id } else { nil } }
  package var grant: GrantID? { if case .grant(let id) = self { id } else { nil } }
  package var site: Host? { if case .site(let host) = self { host } else { nil } }

  /// The id; a site's is its host.
  package var id: String {
    switch self {
    case .lock(let id): id.text
    case .grant(let id): id.text
    case .site(let host): host.text
    }
  }

  /// What a stop covers, where an incident can be about it.
  package init?(_ scope: LockScope) {
    switch scope {
    case .site(let host): self = .site(host)
    case .grant(let id): self = .grant(id)
    case .everything, .proposal, .pool, .worker: return nil
    }
  }
}

/// A link with what was known of a site when it was made: a later change of the site does not
/// move deadlines that run.
package struct LinkedSubject: Hashable, Sendable {
  package let link: IncidentLink
  /// The strictest of the site's own and of those that approved proposals say; nil: nobody said.
  package let operatorKind: OperatorKind?
  /// The most that an approved proposal says; nil: nobody said.
  package let users: Int64?
  package let at: Timestamp

  package init(
    _ link: IncidentLink, operatorKind: OperatorKind? = nil, users: Int64? = nil, at: Timestamp
  ) {
    self.link = link
    self.operatorKind = operatorKind
    self.users = users
    self.at = at
  }
}

/// What is known of a site from its registration and from approved proposals.
package struct SiteRegard: Hashable, Sendable {
  package let operatorKinds: [OperatorKind]
  package let users: [Int64]

  package init(operatorKinds: [OperatorKind], users: [Int64]) {
    self.operatorKinds = operatorKinds
    self.users = users
  }
}

/// Further links of an incident, numbered after those that there are.
package struct IncidentLinking: Hashable, Sendable {
  package let incident: IncidentID
  package let first: Int64
  package let links: [LinkedSubject]
  package let at: Timestamp
}

extension Incident {
  /// Links that are new; nil when there are none.
  ///
  /// - Parameters:
  ///   - taken: locks that belong to another incident, and to which.
  ///   - regards: what is known of sites, by host.
  package func linked(
    to links: [IncidentLink], taken: [LockID: IncidentID], regards: [Host: SiteRegard],
    by actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<IncidentLinking>? {
    try checkOpen()
    let new = Incident.fresh(links, beside: self.links)
    try Refusals.check(
      new.compactMap { link in
        link.lock.flatMap { lock in taken[lock].map { .lockLinked(lock, to: $0) } }
      })
    if new.isEmpty { return nil }
    if fitting(new) != new {
      let sites = sites.count + new.count { $0.site != nil } > Incident.sitesMax
      throw Refusals(
        sites
          ? .incidentFull(part: "sites", most: Incident.sitesMax)
          : .incidentFull(part: "links", most: Incident.linksMax))
    }
    let linking = IncidentLinking(
      incident: id, first: Int64(self.links.count) + 1,
      links: new.map { LinkedSubject($0, regard: $0.site.flatMap { regards[$0] }, at: now) },
      at: now)
    return Ruling(
      linking, entry(.incidentLinked, by: actor, at: now, detail: linking.links.logDetail))
  }

  /// As many of these links, from the first on, as there is room for beside those that there are.
  package func fitting(_ links: [IncidentLink]) -> [IncidentLink] {
    Incident.fitting(links, beside: self.links)
  }

  static func fitting(
    _ links: [IncidentLink], beside there: [LinkedSubject]
  ) -> [IncidentLink] {
    let known = Set(there.map(\.link))
    var room = linksMax - Int64(there.count)
    var sites = sitesMax - Int64(there.count { $0.link.site != nil })
    return links.filter { link in
      if known.contains(link) { return true }
      guard room > 0, link.site == nil || sites > 0 else { return false }
      room -= 1
      if link.site != nil { sites -= 1 }
      return true
    }
  }

  /// Those that are not there yet, each once.
  static func fresh(
    _ links: [IncidentLink], beside there: [LinkedSubject]
  ) -> [IncidentLink] {
    var seen = Set(there.map(\.link))
    return links.filter { seen.insert($0).inserted }
  }
}

extension LinkedSubject {
  init(_ link: IncidentLink, regard: SiteRegard?, at now: Timestamp) {
    self.init(
      link, operatorKind: regard?.operatorKinds.max(), users: regard?.users.max(), at: now)
  }
}

extension [LinkedSubject] {
  /// Ids by kind; kinds without any are left out.
  var logDetail: JSONObject {
    var detail = JSONObject()
    for (name, ids) in [
      ("locks", compactMap(\.link.lock?.text)), ("grants", compactMap(\.link.grant?.text)),
      ("sites", compactMap(\.link.site?.text)),
    ] where !ids.isEmpty {
      detail[name] = .array(ids.map { .string($0) })
    }
    return detail
  }
}
