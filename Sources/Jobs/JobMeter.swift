package import Metrics
import Synchronization

/// What this process has done of jobs and chores.
package final class JobMeter: Sendable {
  /// `lost`: claimed by another meanwhile. `unsettled`: the result could not be written.
  static let jobOutcomes = ["done", "again", "failed", "lost", "unsettled"]
  static let choreOutcomes = ["done", "refused", "failed"]

  private let jobs: Mutex<[String: [String: Int]]>
  private let chores: Mutex<[String: [String: Int]]>

  init(kinds: [String], chores names: [String]) {
    jobs = Mutex(Self.zeros(kinds, Self.jobOutcomes))
    chores = Mutex(Self.zeros(names, Self.choreOutcomes))
  }

  func ended(_ kind: String, _ outcome: String) {
    jobs.withLock { $0[kind]?[outcome]? += 1 }
  }

  func done(_ chore: String, _ outcome: String) {
    chores.withLock { $0[chore]?[outcome]? += 1 }
  }

  /// - Parameter leads: whether this replica leads now.
  package func families(leads: Bool) -> [MetricFamily] {
    [
      MetricFamily(
        "job_attempts_total", "Attempts at jobs by this process and what came of them.",
        .counters(Self.samples(jobs.withLock { $0 }, "kind"))),
      MetricFamily(
        "chores_total", "Commands of chores by this process and what came of them.",
        .counters(Self.samples(chores.withLock { $0 }, "chore"))),
      .gauge("jobs_leader", "Whether this process does the jobs of all.", leads ? 1 : 0),
    ]
  }

  private static func zeros(
    _ names: [String], _ outcomes: [String]
  ) -> [String: [String: Int]] {
    let row = Dictionary(uniqueKeysWithValues: outcomes.map { ($0, 0) })
    return Dictionary(names.map { ($0, row) }, uniquingKeysWith: { first, _ in first })
  }

  private static func samples(
    _ counts: [String: [String: Int]], _ label: String
  ) -> [(labels: [MetricLabel], value: Double)] {
    counts.sorted { $0.key < $1.key }.flatMap { name, outcomes in
      outcomes.sorted { $0.key < $1.key }.map {
        ([(name: label, value: name), (name: "outcome", value: $0.key)], Double($0.value))
      }
    }
  }
}
