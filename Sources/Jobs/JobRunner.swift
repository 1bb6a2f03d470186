import Domain
package import Logging
import Postgres
import Store
import Synchronization
package import Workflow

/// Does what is due: one turn at a time, by the database's clock.
package final class JobRunner: Sendable {
  /// Jobs taken at once.
  package static let batchMax = 16
  /// What one sweep of a chore takes on.
  package static let sweepMax = 100
  /// Subjects of a chore whose command failed and that wait for another try.
  static let setAsideMax = 1_000

  package let meter: JobMeter
  private let service: Service
  private let handlers: [any JobHandler]
  private let chores: [any Chore]
  private let logger: Logger
  private let sweeps = Mutex<[String: SweepRecord]>([:])

  package init(
    service: Service, handlers: [any JobHandler], chores: [any Chore], logger: Logger
  ) {
    self.service = service
    self.handlers = handlers
    self.chores = chores
    self.logger = logger
    meter = JobMeter(kinds: handlers.map(\.kind.rawValue), chores: chores.map(\.name))
  }

  // MARK: Jobs

  /// Takes a batch of jobs that are due and works on all of them at once; gives how many.
  ///
  /// Errors: of taking them; those of a job count as its failed attempt.
  @discardableResult
  package func work() async throws -> Int {
    guard !handlers.isEmpty else { return 0 }
    let jobs = try await perform(ClaimJobs(handlers.map(\.kind), limit: Self.batchMax))
    await withTaskGroup(of: Void.self) { group in
      for job in jobs { group.addTask { await self.attempt(job) } }
    }
    return jobs.count
  }

  private func attempt(_ job: Job) async {
    guard let handler = handlers.first(where: { $0.kind == job.kind }) else {
      preconditionFailure("only jobs that have a handler are claimed")
    }
    await attempt(job, by: handler)
  }

  private func attempt<Handler: JobHandler>(_ job: Job, by handler: Handler) async {
    do {
      let ending = try await perform(
        Settlement(handler: handler, job: job, work: await work(on: job, by: handler)))
      meter.ended(job.kind.rawValue, ending.outcome)
      if case .failed(let error) = ending {
        logger.warning("job \(job.kind.rawValue) of \(job.subject) failed for good: \(error)")
      }
    } catch {
      // The claim runs out, and the job is taken up again.
      meter.ended(job.kind.rawValue, error is ClaimLost ? "lost" : "unsettled")
      report(error, "job \(job.kind.rawValue) of \(job.subject)")
    }
  }

  private func work<Handler: JobHandler>(
    on job: Job, by handler: Handler
  ) async -> Settlement<Handler>.Work {
    do {
      return .found(try await handler.work(on: job))
    } catch {
      return .threw("\(error)")
    }
  }

  // MARK: Chores

  /// Looks after every chore whose time has come; gives how many commands were done.
  @discardableResult
  package func sweep() async throws -> Int {
    var count = 0
    for chore in chores { count += try await sweep(chore) }
    return count
  }

  private func sweep<C: Chore>(_ chore: C) async throws -> Int {
    let record = sweeps.withLock { $0[chore.name] } ?? SweepRecord()
    let (service, limit) = (service, Int64(Self.sweepMax + record.setAside.count))
    let look = try await service.lookUnauthenticated {
      (tx: borrowing Transaction) async throws -> Look<C.Subject> in
      let now = service.clock.read(try await ClockStore.now(in: tx))
      guard record.isDue(at: now, everySeconds: chore.everySeconds) else {
        return Look(now: now, due: nil)
      }
      return Look(now: now, due: try await chore.due(limit: limit, at: now, in: tx))
    }
    guard let due = look.due else { return 0 }
    var next = record.forgetting(allBut: due.map(\.description))
    var count = 0
    for subject in due where next.mayTry(subject.description, at: look.now) {
      if await carryOut(chore, about: subject) {
        count += 1
        next.succeeded(subject.description)
      } else {
        next.failed(subject.description, at: look.now)
      }
    }
    // A full list may have more behind it: the next sweep comes at once.
    next.sweptAt = due.count < Int(limit) || count == 0 ? look.now : nil
    sweeps.withLock { [next] in $0[chore.name] = next }
    return count
  }

  private func carryOut<C: Chore>(_ chore: C, about subject: C.Subject) async -> Bool {
    do {
      _ = try await perform(chore.command(for: subject))
      meter.done(chore.name, "done")
      return true
    } catch {
      // A rule that says no has seen what the list did not: it is asked again later.
      meter.done(chore.name, error is Refusals ? "refused" : "failed")
      report(error, "chore \(chore.name) of \(subject)")
      return false
    }
  }

  private struct Look<Subject: Sendable>: Sendable {
    let now: Timestamp
    let due: [Subject]?
  }

  private func perform<C: Command>(_ command: C) async throws -> C.Output {
    try await service.performUnauthenticated(command, method: .service, trace: nil)
  }

  /// A database that is away, and a claim that was lost, are nobody's mistake.
  private func report(_ error: any Error, _ what: String) {
    if error is ClaimLost || error.isPassing { return }
    logger.warning("\(what): \(error)")
  }
}

extension Error {
  /// Whether the same may succeed later without anybody doing anything.
  var isPassing: Bool {
    switch self {
    case let failure as CallFailure:
      switch failure {
      case .unavailable, .overloaded: true
      default: false
      }
    case let error as DatabaseError: error.isUnavailable
    default: self is CancellationError
    }
  }
}
