import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Synchronization
import Workflow

/// A service with a clock that the test moves, and jobs in its table.
struct JobScene: Sendable {
  let service: Service
  let clock: ManualClock
  /// What the clock shows at the start.
  let start: Timestamp

  static func with(_ body: (JobScene) async throws -> Void) async throws {
    try await TestService.with { service, clock in
      let start = try await service.time().now
      clock.set(to: start)
      try await body(JobScene(service: service, clock: clock, start: start))
    }
  }

  func runner(
    _ handlers: [any JobHandler] = [], chores: [any Chore] = []
  ) -> JobRunner {
    JobRunner(
      service: service, handlers: handlers, chores: chores, logger: TestDatabase.quiet)
  }

  func at(_ seconds: Int64) { clock.set(to: start.adding(seconds: seconds)) }

  func enqueue(_ key: String, subject: String = "one", afterSeconds: Int64 = 0) async throws {
    let job = NewJob(
      .webhookDelivery, subject: subject, key: key, dueAt: start.adding(seconds: afterSeconds))
    let start = start
    try await service.database.transaction { (tx: borrowing Transaction) async throws in
      JobStore.enqueue(job, at: start, in: tx)
    }
  }

  /// The jobs as they stand, by key: `done`, `failed` or `waiting`, and the attempts.
  func standing() async throws -> [String: String] {
    let rows = try await service.database.read {
      (tx: borrowing Transaction) async throws -> [String] in
      try await tx.query(
        Statement(
          """
          SELECT unique_key || ' ' || coalesce(ended_as, 'waiting') || ' ' || attempt FROM jobs
          """)
      ).map { try $0.text(0) }
    }
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        let words = row.split(separator: " ", maxSplits: 1).map(String.init)
        return (words[0], words[1])
      })
  }
}

/// A handler that does what the test says and remembers what it did.
final class Script: JobHandler {
  struct Trouble: Error, CustomStringConvertible { let description: String }

  let kind = JobKind.webhookDelivery
  let backOff: BackOff
  private let step: @Sendable (Job) async throws -> Void
  private let worked = Mutex<[String]>([])

  init(
    backOff: BackOff = BackOff(waitSeconds: [10, 100]),
    _ step: @escaping @Sendable (Job) async throws -> Void = { _ in }
  ) {
    self.backOff = backOff
    self.step = step
  }

  /// The keys of the jobs worked on, in order.
  var keys: [String] { worked.withLock { $0 } }

  func work(on job: Job) async throws -> String {
    worked.withLock { $0.append(job.key) }
    try await step(job)
    return job.key
  }

  /// The effect: a stream of the log with the job's key, which cannot be made twice.
  func settle(
    _ found: String, of job: Job, next: Timestamp?, by act: Act, in tx: borrowing Transaction
  ) async throws -> JobEnding {
    JobStore.enqueue(
      NewJob(.webhookDelivery, subject: "effect", key: "effect-\(found)", dueAt: .farFuture),
      at: act.now, in: tx)
    return .done
  }
}

extension Timestamp {
  static let farFuture = Timestamp(microseconds: 4_000_000_000_000_000)
}
