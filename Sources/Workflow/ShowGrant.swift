package import Domain
package import Postgres
import Store

/// Grants in order of id.
package struct ListGrants: Query {
  private let status: GrantState?
  private let site: Host?
  private let after: String
  private let limit: Int

  package init(status: GrantState?, site: Host?, after: String?, limit: Int) {
    self.status = status
    self.site = site
    self.after = after ?? ""
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [GrantView] {
    _ = try act.person()
    let grants = try await GrantStore.list(
      after: after, status: status, site: site, limit: Int64(limit), now: act.now, in: tx)
    var views: [GrantView] = []
    for grant in grants { views.append(try await GrantView(grant, at: act.now, in: tx)) }
    return views
  }
}

/// One grant.
package struct ShowGrant: Query {
  private let grant: GrantID

  package init(grant: GrantID) {
    self.grant = grant
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> GrantView {
    guard let found = try await GrantStore.find(grant, in: tx) else {
      throw Refusals(.notFound(kind: "grant", id: grant.text))
    }
    _ = try act.person()
    return try await GrantView(found, at: act.now, in: tx)
      .with(ReassessmentStore.newest(of: grant, in: tx))
  }
}
