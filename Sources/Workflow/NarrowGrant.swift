package import Domain
package import Postgres
import Store

/// The requester or the owner makes the numbers of a grant smaller, at once and alone.
package struct NarrowGrant: Command {
  package struct Input: Hashable, Sendable {
    package let conditions: Conditions
    package let reason: String
    /// Whether tokens with the wider numbers are void at once, and not when they run out.
    package let isImmediate: Bool

    package init(conditions: Conditions, reason: String, isImmediate: Bool = false) {
      self.conditions = conditions
      self.reason = reason
      self.isImmediate = isImmediate
    }
  }

  private let grant: GrantID
  private let input: Result<Input, InvalidBody>

  package init(grant: GrantID, input: Result<Input, InvalidBody>) {
    self.grant = grant
    self.input = input
  }

  /// What became of it: the last wider term is gone at `effectiveAt`.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Narrowing {
    let found = try await act.lockedGrant(grant, in: tx)
    let input = try input.get()
    let signer = try await act.signer(in: tx)
    let parties = try await act.parties(of: found, in: tx)
    let ruling = try found.standing.narrowed(
      to: input.conditions, budgets: try await act.budgets(of: grant, in: tx),
      after: try await NarrowingStore.count(of: grant, in: tx), by: signer, parties: parties,
      actor: act.actor, at: act.now)
    try await NarrowingStore.record(
      ruling, terms: ruling.subject.terms(in: found.terms), because: input.reason,
      isImmediate: input.isImmediate, in: tx)
    return ruling.subject
  }
}
