package import Domain
package import Postgres
package import Workflow

/// Terms that are over and have been kept for long enough go; what was sent stays by the minute.
package struct PruneTermsChore: Chore {
  package let name = "prune_terms"
  package let everySeconds: Int64 = 30
  private let keptSeconds: Int64

  package init(keptSeconds: Int64) {
    self.keptSeconds = keptSeconds
  }

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [PruneTerms.Batch] {
    try await PruneTerms.due(before: now.adding(seconds: -keptSeconds), limit: limit, in: tx)
  }

  package func command(for subject: PruneTerms.Batch) -> PruneTerms { PruneTerms(subject) }
}
