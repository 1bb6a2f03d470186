package import Domain
package import Postgres
import Store

/// A worker that was refused for want of capacity joins the line: holders make room for it at
/// their next renewal.
package struct WaitForLease: Command {
  package let input: GrantLease.Input
  /// What the refusal called the scope that had no room.
  package let scope: String
  /// When the refusal told it to come back.
  package let until: Timestamp

  /// How much later than told it may come back and still have its place.
  static let graceSeconds: Int64 = 60

  package init(input: GrantLease.Input, scope: String, until: Timestamp) {
    self.input = input
    self.scope = scope
    self.until = until
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    let pool = try act.pool()
    let suffixes = act.service.suffixes
    guard
      let grant = try await GrantFactsStore.find(
        proposal: input.proposal, at: act.now, suffixes: suffixes, in: tx)?.grant,
      case .success(let budget) = grant.budgets.target(of: input.hosts, suffixes: suffixes)
    else { return }
    let worker = try await WorkerStore.ensure(
      named: input.worker, of: pool.id, at: act.now, in: tx)
    WaitStore.wait(
      worker, for: budget.id, behind: scope, wish: input.wish, at: act.now,
      until: max(until, act.now).adding(seconds: WaitForLease.graceSeconds), in: tx)
  }
}

extension Service {
  /// Puts the worker in the line when the refusal of its lease was for want of capacity alone.
  package func remember(
    _ refusals: Refusals, of input: Result<GrantLease.Input, InvalidBody>, for caller: Caller
  ) async throws {
    guard refusals.all.count == 1, case .noCapacity(let scope, let until?) = refusals.first,
      case .success(let input) = input
    else { return }
    let nothing = AnswerForm<Void>(
      accepted: { _ in StoredAnswer(status: 204, bytes: []) },
      refused: { _ in StoredAnswer(status: 409, bytes: []) })
    _ = try await perform(for: caller.withoutIdempotencyKey, storing: nothing) { _ in
      WaitForLease(input: input, scope: scope, until: until)
    }
  }
}

extension Caller {
  /// The same call for what is done beside it: its key belongs to its answer.
  var withoutIdempotencyKey: Caller {
    Caller(
      secretHash: secretHash,
      trace: RequestTrace(
        id: trace.id, method: trace.method, path: trace.path, idempotencyKey: nil,
        bodyDigest: trace.bodyDigest),
      lane: lane)
  }
}
