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
    _ = try act.pool()
    let context = try await act.context(of: lease, in: tx)
    let member = try RenewalBatch.Member(try input.get(), by: act, in: context)
    return try await RenewalBatch(members: [member]).run(in: tx)[0].get()
  }

  /// Along with others that arrive for the same budget meanwhile; a call with an Idempotency-Key,
  /// whose answer is stored, and one that is nobody's machine's, by itself.
  package static func perform(
    for caller: Caller, about subject: Subject, storing form: AnswerForm<LeaseAnswer>,
    on service: Service, _ command: @escaping @Sendable (Act) throws -> RenewLease
  ) async throws -> Outcome<LeaseAnswer> {
    guard caller.trace.idempotencyKey == nil, caller.lane == .bulk, case .lease(let lease) = subject
    else {
      return try await service.performAlone(for: caller, about: subject, storing: form, command)
    }
    let call = RenewalQueue.Call(lease: lease, caller: caller, command: command)
    return try await service.renewals.pass(call, with: service) {
      try await service.performAlone(for: caller, about: subject, storing: form, command)
    }
  }

  /// The lease as it stands, signed anew, while nothing stops it.
  package func replayed(
    _ stored: StoredAnswer, by act: Act, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer? {
    guard stored.status < 300 else { return nil }
    return try await act.leaseAgain(lease, in: tx)
  }
}
