package import Domain
package import Postgres
import Store
import Tokens

/// The holder of a lease goes on for another term.
package struct RenewLease: Command {
  package struct Input: Hashable, Sendable {
    /// The term held.
    package let term: Int64
    package let report: UsageReport
    package let wish: Rate?

    package init(term: Int64, report: UsageReport, wish: Rate?) {
      self.term = term
      self.report = report
      self.wish = wish
    }
  }

  package let lease: LeaseID
  package let input: Result<Input, InvalidBody>

  package init(lease: LeaseID, input: Result<Input, InvalidBody>) {
    self.lease = lease
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> LeaseAnswer {
    let pool = try act.pool()
    let context = try await act.context(of: lease, in: tx)
    let input = try input.get()
    // Under the locks nobody else changes the chain.
    let (ground, view, _) = try await act.locked(context, in: tx)
    let renewal = try view.lease.renewed(
      holding: input.term, wish: input.wish, report: input.report, by: pool.id, on: ground)
    let renewed: Lease
    switch renewal {
    case .repeated(let lease): renewed = lease
    case .next(let issued):
      LeaseStore.record(issued, charged: context.sites, in: tx)
      renewed = issued.lease
    }
    return LeaseAnswer(
      renewed, workerName: view.workerName, budget: context.budget, ground: ground,
      issuer: context.issuer)
  }

  /// The lease as it stands, signed anew, while nothing stops it.
  package func replayed(
    _ stored: StoredAnswer, by act: Act, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer? {
    guard stored.status < 300 else { return nil }
    return try await act.leaseAgain(lease, in: tx)
  }
}
