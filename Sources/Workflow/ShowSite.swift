package import Domain
package import Postgres
import Store

/// Registered sites in order of host.
package struct ListSites: Query {
  package let after: String?
  package let limit: Int

  package init(after: String?, limit: Int) {
    self.after = after
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Site] {
    _ = try act.person()
    return try await SiteStore.list(after: after ?? "", limit: Int64(limit), in: tx)
  }
}

/// The registered site at a host.
package struct ShowSite: Query {
  package let host: Host

  package init(host: Host) {
    self.host = host
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Site {
    _ = try act.person()
    guard let site = try await SiteStore.find(host, in: tx) else {
      throw Refusals(.notFound(kind: "site", id: host.text))
    }
    return site
  }
}
