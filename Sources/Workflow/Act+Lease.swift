import Domain
import Postgres
import Store
import Tokens

extension Act {
  /// A lease that exists.
  func lease(_ id: LeaseID, in tx: borrowing Transaction) async throws -> LeaseView {
    guard let view = try await LeaseStore.find(id, in: tx) else {
      throw Refusals(.notFound(kind: "lease", id: id.text))
    }
    return view
  }

  /// A lease that exists, with what is behind it.
  func context(
    of id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseContext {
    guard
      let context = try await LeaseContextStore.find(id, suffixes: service.suffixes, in: tx)
    else { throw Refusals(.notFound(kind: "lease", id: id.text)) }
    return context
  }

  /// What the rules look at for a lease that exists, and the lease as it stands, both under the
  /// locks of its scopes.
  func locked(
    _ context: LeaseContext, loggingIn stream: StreamID? = nil, in tx: borrowing Transaction
  ) async throws -> (ground: LeaseGround, view: LeaseView, head: LogHead?) {
    let lease = context.view.lease
    let scene = LeaseScene(
      grant: context.grant, budget: context.budget, hosts: lease.hosts, pool: lease.pool,
      worker: lease.worker, keyEndsAt: credentialExpiresAt ?? now, charged: context.sites,
      lease: .lease(lease.id))
    let locked = try await scene.locked(by: self, loggingIn: stream, in: tx)
    guard let view = locked.lease else {
      preconditionFailure("a lease does not go away: the schema says so")
    }
    return (locked.ground, view, locked.head)
  }

  /// A lease that was answered before, asked for again: as it stands now. A stop wins.
  func leaseAgain(
    _ id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer {
    let context = try await context(of: id, in: tx)
    let (ground, view, _) = try await locked(context, in: tx)
    try view.lease.checkRepeat(on: ground)
    return LeaseAnswer(
      view.lease, workerName: view.workerName, budget: context.budget, ground: ground,
      issuer: context.issuer)
  }
}
