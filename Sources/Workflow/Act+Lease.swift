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

  /// A lease that exists, with what is behind it; sites are kept from changing from now on.
  func context(
    of id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseContext {
    ScopeStore.prepareToLock(in: tx)
    guard
      let context = try await LeaseContextStore.find(id, suffixes: service.suffixes, in: tx)
    else { throw Refusals(.notFound(kind: "lease", id: id.text)) }
    return context
  }

  /// What the rules look at for a lease that exists, and the lease as it stands, both under the
  /// locks of its scopes.
  func locked(
    _ context: LeaseContext, loggingIn stream: StreamID? = nil, in tx: borrowing Transaction
  ) async throws -> (
    ground: LeaseGround, view: LeaseView, lastReport: LastReport?, head: LogHead?
  ) {
    let scene = LeaseScene(
      grant: context.grant, budget: context.budget, seats: [GroundStore.Seat(context)])
    let locked = try await scene.locked(by: service, at: now, loggingIn: stream, in: tx)
    guard let lease = locked.leases.first else {
      preconditionFailure("a lease does not go away: the schema says so")
    }
    places.become(locked.places(of: locked.seats[0]))
    let ground = locked.ground.ground(
      of: locked.seats[0], keyEndsAt: keyEndsAt, standing: lease.account)
    return (ground, lease.view, lease.lastReport, locked.head)
  }

  /// When the credential stops working; leases end with it.
  var keyEndsAt: Timestamp { credentialExpiresAt ?? now }

  /// A lease that was answered before, asked for again: as it stands now. A stop wins.
  func leaseAgain(
    _ id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer {
    let context = try await context(of: id, in: tx)
    let (ground, view, _, _) = try await locked(context, in: tx)
    try view.lease.checkRepeat(on: ground)
    return LeaseAnswer(
      view.lease, workerName: view.workerName, budget: context.budget, ground: ground,
      issuer: context.issuer)
  }
}
