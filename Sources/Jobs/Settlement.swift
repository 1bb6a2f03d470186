import Domain
import Postgres
import Store
import Workflow

/// Ends one attempt of a job together with its effect.
struct Settlement<Handler: JobHandler>: Command {
  /// What the work outside the database came to.
  enum Work: Sendable {
    case found(Handler.Found)
    case threw(String)
  }

  let handler: Handler
  let job: Job
  let work: Work

  /// Nil when somebody else has claimed the job since, who ends it then.
  func run(by act: Act, in tx: borrowing Transaction) async throws -> JobEnding {
    let next = handler.backOff.next(
      after: job.attempt, at: act.now, jitter: .random(in: 0...1))
    let ending: JobEnding
    switch work {
    case .found(let found):
      ending = try await handler.settle(found, of: job, next: next, by: act, in: tx)
    case .threw(let error):
      ending = next.map { .again(at: $0, error: error) } ?? .failed(error: error)
    }
    guard try await JobStore.end(job, ending, at: act.now, in: tx) else { throw ClaimLost() }
    return ending
  }
}

/// Somebody else has claimed the job: what this attempt did to the database is undone.
struct ClaimLost: Error {}
