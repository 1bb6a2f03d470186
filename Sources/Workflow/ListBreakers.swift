package import Domain
package import Postgres
import Store

/// Breakers of a grant, or on a site's hosts, in order of budget and host.
package struct ListBreakers: Query {
  package struct Output: Sendable {
    package let breakers: [BreakerView]
    package let now: Timestamp
  }

  private let grant: String?
  private let site: Host?
  private let after: String?
  private let limit: Int

  /// - Parameter after: a key.
  package init(grant: String?, site: Host?, after: String?, limit: Int) {
    self.grant = grant
    self.site = site
    self.after = after
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    _ = try act.person()
    let parts = (after ?? "").split(separator: " ", maxSplits: 1).map(String.init)
    let breakers = try await BreakerStore.list(
      grant: grant, site: site, after: (parts.first ?? "", parts.dropFirst().first ?? ""),
      limit: Int64(limit), in: tx)
    return Output(breakers: breakers, now: act.now)
  }

  /// The place of a breaker in the list.
  package static func key(_ breaker: Breaker) -> String { "\(breaker.budget) \(breaker.host)" }
}
