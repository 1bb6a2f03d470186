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
    let stock = await stock()
    let (locks, jobs) = (stock?.locks, stock?.jobs ?? [])
    return pools + renewalBatches + [
      MetricFamily(
        "jobs_waiting", "Jobs that have not ended, by kind; absent without the database.",
        .gauges(jobs.map { ([("kind", $0.kind)], Double($0.count)) })),
      MetricFamily(
        "jobs_overdue_seconds", "How long the job that is due longest has been due, by kind.",
        .gauges(jobs.map { ([("kind", $0.kind)], $0.overdueSeconds) })),
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
      MetricFamily(
        "enforcement_points",
        "Gateways by when they asked last for epoch events: within 15 s, before, never.",
        .gauges(
          stock.map { stock in
            [
              ("fresh", stock.points.fresh), ("stale", stock.points.stale),
              ("silent", stock.points.silent),
            ].map { ([("state", $0.0)], Double($0.1)) }
          } ?? [])),
      .counter(
        "refusals_missed_total", "Refused lease calls that were not counted for want of room.",
        Double(refusals.missed)),
    ] + fetches
  }

  private var renewalBatches: [MetricFamily] {
    let counts = renewals.counts
    return [
      .gauge(
        "renewals_waiting", "Renewals that wait for a transaction of the same budget.",
        Double(counts.waiting)),
      .counter(
        "renewal_batches_total", "Transactions in which renewals of a budget went together.",
        Double(counts.batches)),
      .counter(
        "renewals_batched_total", "Renewals that went together with others.",
        Double(counts.renewals)),
    ]
  }

  /// All 0 where fetching is switched off.
  private var fetches: [MetricFamily] {
    let counts = fetcher?.counts ?? [:]
    return [
      MetricFamily(
        "site_fetches_total", "Requests to hosts of targets, by what came of them.",
        .counters(
          SiteAnswer.Outcome.allCases.map {
            ([("outcome", $0.rawValue)], Double(counts[$0] ?? 0))
          }))
    ]
  }

  /// What stands in the database at one instant.
  private struct Stock: Sendable {
    let locks: [LockScope.Kind: Int64]
    let jobs: [(kind: String, count: Int64, overdueSeconds: Double)]
    let points: (fresh: Int64, stale: Int64, silent: Int64)
  }

  private func stock() async -> Stock? {
    do {
      return try await lookUnauthenticated { (tx: borrowing Transaction) in
        let now = clock.read(try await ClockStore.now(in: tx))
        let waiting = try await JobStore.waiting(in: tx)
        return Stock(
          locks: try await LockStore.countInForce(in: tx),
          jobs: JobKind.allCases.map { kind in
            let found = waiting.first { $0.kind == kind.rawValue }
            let overdue = found.map { now.microseconds(since: $0.oldestDueAt) } ?? 0
            return (kind.rawValue, found?.count ?? 0, Double(max(0, overdue)) / 1_000_000)
          },
          points: try await EnforcementPointStore.counts(
            since: now.adding(seconds: -StopBound.copySecondsMax), in: tx))
      }
    } catch {
      return nil
    }
  }
}
