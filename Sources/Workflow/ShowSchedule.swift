package import Domain
package import Postgres
import Store

/// When requests may be sent under a grant in the days to come.
package struct ShowSchedule: Query {
  package struct Output: Sendable {
    /// In order of target.
    package let targets: [TargetSchedule]
    package let now: Timestamp
  }

  private let grant: GrantID
  private let first: LocalDate?
  private let days: Int64

  /// - Parameter first: nil is today, by each target's own zone.
  package init(grant: GrantID, from first: LocalDate?, days: Int64) {
    self.grant = grant
    self.first = first
    self.days = days
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    _ = try act.person()
    let targets = try await ScheduleStore.targets(of: grant, in: tx)
    guard !targets.isEmpty else { throw Refusals(.notFound(kind: "grant", id: grant.text)) }
    let hosts = targets.map { target in target.hosts.compactMap { Host(pattern: $0) } }
    let sites = try await SiteStore.at(Set(hosts.joined().flatMap(\.selfAndParents)), in: tx)
    let zones = act.service.zones
    return Output(
      targets: try zip(targets, hosts).map { target, hosts in
        let above = sites.filter { $0.isAbove(any: hosts) }
        let openings =
          [Opening(target.windows, in: try zones.stored(target.timeZone))]
          + (try above.map {
            Opening($0.facts.ceiling.windows, in: try zones.stored($0.facts.timeZone))
          })
        return TargetSchedule(
          index: target.index, zone: openings[0].zone, openings: openings, life: target.life,
          rate: above.map(\.facts.ceiling.maxRPS).reduce(target.rate, min),
          dailyRequests: above.map(\.facts.ceiling.dailyRequests)
            .reduce(target.dailyRequests, min),
          from: first, days: days, at: act.now)
      }, now: act.now)
  }
}
