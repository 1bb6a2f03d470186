/// Registered sites and which of them cover a host.
package struct SiteMap: Sendable {
  private let sites: [Site]
  private let suffixes: PublicSuffixes

  /// - Parameter sites: every registered site that may cover one of the hosts asked for.
  package init(_ sites: [Site], suffixes: PublicSuffixes) {
    self.sites = sites
    self.suffixes = suffixes
  }

  /// The innermost site of a host: registered, or the implicit one at its registrable domain.
  package func innermost(of host: Host) -> Host {
    let covering = sites.compactMap { site in
      match(site, host).map { (site: site.host, labels: $0.selfAndParents.count) }
    }
    return covering.max { $0.labels < $1.labels }?.site ?? suffixes.implicitSite(of: host)
  }

  /// Every registered site that covers a host of the target.
  package func covering(_ target: TargetContent) -> [CoveringSite] {
    sites.filter { site in target.patterns.contains { match(site, $0.host) != nil } }
      .map {
        CoveringSite(
          host: $0.host, operatorKind: $0.facts.operatorKind, ceiling: $0.facts.ceiling)
      }
  }

  /// The longest name of the site that covers the host; nil when none does.
  private func match(_ site: Site, _ host: Host) -> Host? {
    ([site.host] + site.facts.aliases).filter { host.isWithin($0) }
      .max { $0.selfAndParents.count < $1.selfAndParents.count }
  }
}
