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
    let breakers = try await BreakerStore.all(of: grant, in: tx)
    let hosts = found.hosts.compactMap(Host.init(pattern:))
    let stops =
      try await BreakerStore.holds(on: hosts, at: act.now, in: tx)
      + breakers.compactMap { $0.stop(at: act.now) }
    return Output(
      view: try await GrantView(found, at: act.now, in: tx)
        .with(ReassessmentStore.newest(of: grant, in: tx)).with(stops),
      requester: proposal.requester,
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

/// What was sent under a grant step by step over a period.
package struct ShowUsageHistory: Query {
  package struct Output: Sendable {
    package let usage: GrantUsage
    package let history: UsageHistory
  }

  private let grant: GrantID
  private let period: Result<UsagePeriod, InvalidBody>

  package init(grant: GrantID, period: Result<UsagePeriod, InvalidBody>) {
    self.grant = grant
    self.period = period
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let targets = try await GrantUsageStore.targets(of: grant, in: tx)
    guard !targets.isEmpty else { throw Refusals(.notFound(kind: "grant", id: grant.text)) }
    _ = try act.person()
    let period = try period.get()
    let bounded = try targets.map { target in
      let zone = try act.service.zones.stored(target.timeZone)
      return (target: target, bounds: try period.checkedBounds(in: zone, at: act.now))
    }
    return Output(
      usage: try await GrantUsageStore.usage(of: grant, in: tx),
      history: UsageHistory(
        step: period.step,
        targets: bounded.map { target, bounds in
          UsageHistory.Target(
            index: target.index, hosts: target.hosts, timeZone: target.timeZone,
            from: bounds[0], to: bounds[bounds.count - 1])
        }, rows: try await GrantUsageStore.rows(of: bounded, in: tx)))
  }
}

extension UsagePeriod {
  fileprivate func checkedBounds(
    in zone: Zone, at now: Timestamp
  ) throws(InvalidBody) -> [Timestamp] {
    do throws(Fault) {
      return try bounds(in: zone, at: now)
    } catch {
      let reason =
        switch error {
        case .endsBeforeItBegins: "must lie before to, which is now where it is not said"
        case .tooLong: "must lie \(UsagePeriod.stepsMax) steps before to at the most"
        }
      throw InvalidBody(
        .invalidQuery, errors: [FieldError(.root.appending("from"), .outOfRange, reason)])
    }
  }
}
