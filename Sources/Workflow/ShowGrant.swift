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
    return try await GrantView.all(grants, at: act.now, in: tx)
  }
}

/// One grant with its people, its narrowings and its real use.
package struct ShowGrant: Query {
  package struct Output: Sendable {
    package let view: GrantView
    package let requester: PersonID
    package let narrowings: [NarrowingRecord]
  }

  private let grant: GrantID

  package init(grant: GrantID) {
    self.grant = grant
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let missing = Refusals(.notFound(kind: "grant", id: grant.text))
    guard let found = try await GrantStore.find(grant, in: tx),
      let proposal = try await ProposalStore.find(.id(found.standing.proposal), in: tx)
    else { throw missing }
    _ = try act.person()
    return Output(
      view: try await GrantView(found, at: act.now, in: tx)
        .with(ReassessmentStore.newest(of: grant, in: tx)), requester: proposal.requester,
      narrowings: try await NarrowingStore.list(of: grant, in: tx))
  }
}

/// What was really sent under a grant against what was granted (R14).
package struct ShowGrantUsage: Query {
  private let grant: GrantID

  package init(grant: GrantID) {
    self.grant = grant
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> GrantUsage {
    guard try await GrantStore.find(grant, in: tx) != nil else {
      throw Refusals(.notFound(kind: "grant", id: grant.text))
    }
    _ = try act.person()
    return try await GrantUsageStore.usage(of: grant, in: tx)
  }
}
