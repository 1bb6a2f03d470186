package import Domain
package import Postgres
package import Workflow

/// Holds an open round against a site or a robots.txt that has changed, so that the people whose
/// seat it adds find it in their queue.
package struct RoundReassessment: JobHandler {
  package let kind = JobKind.reassessRound

  package init() {}

  package func work(on job: Job) async throws -> RoundID {
    guard let round = RoundID(job.subject) else { throw BadSubject(subject: job.subject) }
    return round
  }

  package func settle(
    _ round: RoundID, of job: Job, next: Timestamp?, by act: Act, in tx: borrowing Transaction
  ) async throws -> JobEnding {
    _ = try await ReassessRound(round: round).run(by: act, in: tx)
    return .done
  }

  private struct BadSubject: Error {
    let subject: String
  }
}
