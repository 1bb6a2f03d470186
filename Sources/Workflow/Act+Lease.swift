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

  /// What a lease is about, with the issuer of its tokens.
  func scene(
    of id: LeaseID, in tx: borrowing Transaction
  ) async throws -> (scene: LeaseScene, issuer: String) {
    let view = try await lease(id, in: tx)
    let lease = view.lease
    guard
      let grant = try await GrantFactsStore.find(
        lease.grant, suffixes: service.suffixes, in: tx),
      let budget = grant.budgets.first(where: { $0.id == lease.budget })
    else { preconditionFailure("a lease has its grant and budget: the schema says so") }
    let charged = try await LeaseStore.chargedSites(of: id, in: tx)
    let scene = LeaseScene(
      grant: grant.facts.within(budget), budget: budget, hosts: lease.hosts, pool: lease.pool,
      worker: lease.worker, keyEndsAt: credentialExpiresAt ?? now, charged: charged)
    return (scene, grant.issuer)
  }

  /// The answer for a lease on the ground that was just looked at.
  func answer(
    _ view: LeaseView, on ground: LeaseGround, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer {
    let (scene, issuer) = try await scene(of: view.lease.id, in: tx)
    return try LeaseAnswer(
      view.lease, workerName: view.workerName, budget: scene.budget, grant: ground.grant,
      issuer: issuer, epoch: ground.budget.epoch, now: ground.now, key: service.signingKey)
  }

  /// A lease that was answered before, asked for again: as it stands now. A stop wins.
  func leaseAgain(
    _ id: LeaseID, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer {
    let (scene, _) = try await scene(of: id, in: tx)
    let ground = try await scene.locked(by: self, in: tx)
    let view = try await lease(id, in: tx)
    try view.lease.checkRepeat(on: ground)
    return try await answer(view, on: ground, in: tx)
  }
}
