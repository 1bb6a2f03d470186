import Domain
package import Metrics
import Postgres
import Store

extension Service {
  /// What the database and the stops in it are like, for operators. Never fails: without the
  /// database only the process's own numbers are there.
  package func families() async -> [MetricFamily] {
    // Before the look at the stops, which is at work for a moment itself.
    let pools = await database.families()
    let locks = await locksInForce()
    return pools + [
      .gauge(
        "database_up", "Whether the database answered when these numbers were asked for.",
        locks == nil ? 0 : 1),
      MetricFamily(
        "locks_in_force", "Stops that stand, by what they stop; absent without the database.",
        .gauges(
          locks.map { locks in
            LockScope.Kind.allCases.map { kind in
              ([("kind", kind.rawValue)], Double(locks[kind] ?? 0))
            }
          } ?? [])),
    ] + fetches
  }

  /// Absent where nothing is fetched.
  private var fetches: [MetricFamily] {
    guard let fetcher else { return [] }
    let counts = fetcher.counts
    return [
      MetricFamily(
        "site_fetches_total", "Requests to hosts of targets, by what came of them.",
        .counters(
          SiteAnswer.Outcome.allCases.map {
            ([("outcome", $0.rawValue)], Double(counts[$0] ?? 0))
          }))
    ]
  }

  private func locksInForce() async -> [LockScope.Kind: Int64]? {
    do {
      return try await lookUnauthenticated { (tx: borrowing Transaction) in
        try await LockStore.countInForce(in: tx)
      }
    } catch {
      return nil
    }
  }
}
