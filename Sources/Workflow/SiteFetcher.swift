package import Domain

/// Asks hosts that proposals name, politely and within bounds; never one that is private, unless
/// the configuration permits that very host.
package protocol SiteFetcher: Sendable {
  /// Where a host's pages are, without the slash, in the order in which they are tried.
  func origins(of host: Host) -> [String]

  /// Sends one request; whatever goes wrong is an outcome.
  func fetch(_ request: SiteFetch) async -> SiteAnswer

  /// Lets time pass.
  func pause(milliseconds: Int) async

  /// How many requests have come to what.
  var counts: [SiteAnswer.Outcome: Int] { get }

  /// There is something to fetch: whoever fetches looks at once.
  func wake()
}

extension SiteFetcher {
  /// Asks a host for a path: at its first origin that answers at all.
  package func fetch(_ path: String, of host: Host, _ kind: DossierItem.Kind, contact: String?)
    async -> (url: String, answer: SiteAnswer)
  {
    var last = (url: "", answer: SiteAnswer(outcome: .unreachable))
    for origin in origins(of: host) {
      last.url = origin + path
      last.answer = await fetch(
        SiteFetch(
          kind == .responseTime ? .head : .get, url: last.url, contact: contact,
          contentBytesMax: kind.contentBytesMax))
      guard last.answer.outcome == .unreachable, last.answer.hops.isEmpty else { break }
    }
    return last
  }
}
