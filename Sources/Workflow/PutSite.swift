package import Domain
package import Postgres
import Store

/// An administrator registers a site or changes it; a cut counts from the next renewal, and open
/// rounds are held against it.
package struct PutSite: Command {
  package struct Output: Sendable {
    package let site: Site
    package let isNew: Bool
  }

  package let host: Host
  /// The version that `If-Match` names; needed only where the site exists.
  package let version: Int64?
  package let input: Result<SiteFacts, InvalidBody>

  package init(host: Host, version: Int64?, input: Result<SiteFacts, InvalidBody>) {
    self.host = host
    self.version = version
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let facts = try input.get()
    try act.person(holding: [.administrator])
    try await SiteStore.lockSites(in: tx)
    let standing = try await SiteStore.lock(host, in: tx)
    if let old = standing?.registered {
      guard let version else { throw CallFailure.preconditionRequired }
      guard version == old.version else {
        throw CallFailure.preconditionFailed(current: old.version)
      }
    } else if version != nil {
      throw CallFailure.preconditionFailed(current: 0)
    }
    let ruling = Site.put(
      facts, at: host, replacing: standing?.registered, implicit: standing?.id, by: act.actor,
      at: act.now)
    let zone = try act.service.zones.stored(facts.timeZone)
    try await SiteStore.record(ruling, on: zone.date(at: act.now), in: tx)
    try await suspendGrants(
      under: ruling.subject, before: standing?.registered?.facts.operatorKind, by: act, in: tx)
    let site = ruling.subject
    for round in try await ReassessmentStore.openRounds(
      under: [site.host] + site.facts.aliases, at: act.now, in: tx)
    {
      JobStore.enqueue(
        .reassess(round, after: "\(site.id) \(site.version)", at: act.now), at: act.now, in: tx)
    }
    return Output(site: site, isNew: standing?.registered == nil)
  }

  /// A stricter kind of operator than a grant was approved for takes a new round.
  private func suspendGrants(
    under site: Site, before: OperatorKind?, by act: Act, in tx: borrowing Transaction
  ) async throws {
    let kind = site.facts.operatorKind
    if let before, kind <= before { return }
    let names = [site.host] + site.facts.aliases
    for (grant, content) in try await SiteStore.grants(under: names, in: tx) {
      let declared = ProposalContent.operatorKinds(in: content).min()
      guard let known = [declared, before].compactMap({ $0 }).max(), known < kind else {
        continue
      }
      try await act.suspend(
        grant,
        for: Suspension(
          .siteUpgraded, subject: site.id.text, fact: known.rawValue, since: act.now), in: tx)
    }
  }
}
