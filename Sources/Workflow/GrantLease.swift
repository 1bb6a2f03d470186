package import Domain
package import Postgres
import Store
import Tokens

/// A worker asks for a share of a budget.
package struct GrantLease: Command {
  package struct Input: Hashable, Sendable {
    /// Id or number.
    package let proposal: String
    package let worker: String
    package let hosts: [Host]
    package let wish: Rate?
    /// Id or name of a gateway; nil: the pool's.
    package let enforcementPoint: String?
    package let buildDigest: Digest?

    package init(
      proposal: String, worker: String, hosts: [Host], wish: Rate?, enforcementPoint: String?,
      buildDigest: Digest?
    ) {
      self.proposal = proposal
      self.worker = worker
      self.hosts = hosts
      self.wish = wish
      self.enforcementPoint = enforcementPoint
      self.buildDigest = buildDigest
    }
  }

  package let input: Result<Input, InvalidBody>

  package init(input: Result<Input, InvalidBody>) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> LeaseAnswer {
    let pool = try act.pool()
    let input = try input.get()
    act.places.become(input.hosts.map { .host($0) })
    let suffixes = act.service.suffixes
    guard
      let (proposal, grant) = try await GrantFactsStore.find(
        proposal: input.proposal, at: act.now, suffixes: suffixes, in: tx)
    else { throw Refusals(.notFound(kind: "proposal", id: input.proposal)) }
    guard let grant else {
      let locks = try await LockStore.active(
        covering: LockStore.Targets(proposal: proposal, pool: pool.id, hosts: input.hosts),
        in: tx)
      throw Refusals(locks.map(\.refusal) + [.noGrant])
    }
    let point = try await enforcementPoint(input, of: pool, in: tx)
    let worker = try await WorkerStore.ensure(
      named: input.worker, of: pool.id, at: act.now, in: tx)
    let budget = try await budget(
      for: input, of: grant, pool: pool.id, worker: worker, by: act, in: tx)

    let scene = LeaseScene(
      grant: grant.facts.within(budget), budget: budget,
      seats: [
        GroundStore.Seat(
          hosts: input.hosts, pool: pool.id, worker: worker, sites: [], lease: nil)
      ])
    let locked = try await scene.locked(
      by: act.service, at: act.now, loggingIn: StreamID(grant.facts.id), in: tx)
    act.places.become(locked.places(of: locked.seats[0]))
    guard let head = locked.head else { preconditionFailure("the stream was locked") }
    let ground = locked.ground.ground(
      of: locked.seats[0], keyEndsAt: act.keyEndsAt, standing: nil)
    let request = LeaseRequest(
      lease: LeaseID.make(at: ground.now), pool: pool.id, worker: worker,
      enforcementPoint: point, credential: act.actor.credential ?? "", hosts: input.hosts,
      wish: input.wish, buildDigest: input.buildDigest, held: locked.leases.first?.view.lease)
    let ruling = try Lease.granted(request, on: ground, by: act.actor)
    try LeaseStore.record(ruling, behind: head, in: tx)
    act.note(ruling.subject.lease, in: ground.breakers, at: ground.now, in: tx)
    act.service.renewals.learn(ruling.subject.lease)
    return LeaseAnswer(
      ruling.subject.lease, workerName: input.worker, budget: budget, ground: ground,
      issuer: grant.issuer)
  }

  /// The same lease signed anew, while nothing stops it.
  package func replayed(
    _ stored: StoredAnswer, by act: Act, in tx: borrowing Transaction
  ) async throws -> LeaseAnswer? {
    guard stored.status < 300, let id = stored.leaseID else { return nil }
    return try await act.leaseAgain(id, in: tx)
  }

  private func enforcementPoint(
    _ input: Input, of pool: (id: PoolID, enforcementPoint: GatewayID?),
    in tx: borrowing Transaction
  ) async throws -> EnforcementPoint {
    let gateway: Gateway?
    if let named = input.enforcementPoint {
      if let id = GatewayID(named) {
        gateway = try await GatewayStore.find(id, in: tx)
      } else {
        gateway = try await GatewayStore.find(named: named, in: tx)
      }
      guard gateway != nil else { throw InvalidBody.unknown("enforcement_point", named) }
    } else if let id = pool.enforcementPoint {
      gateway = try await GatewayStore.find(id, in: tx)
    } else {
      gateway = nil
    }
    return gateway.map { .gateway($0.id, name: $0.name) } ?? .pool(pool.id)
  }

  private func budget(
    for input: Input, of grant: GrantFactsStore.Found, pool: PoolID, worker: WorkerID,
    by act: Act, in tx: borrowing Transaction
  ) async throws -> Budget {
    switch grant.budgets.target(of: input.hosts, suffixes: act.service.suffixes) {
    case .success(let budget): return budget
    case .failure(let uncovered):
      let locks = try await LockStore.active(
        covering: LockStore.Targets(
          proposal: grant.facts.proposal, grant: grant.facts.id, pool: pool, worker: worker,
          hosts: input.hosts), in: tx)
      throw grant.facts.refusals(
        ofHosts: uncovered, request: pool, build: input.buildDigest, locks: locks, at: act.now)
    }
  }
}

extension StoredAnswer {
  /// The lease that a stored answer is about.
  var leaseID: LeaseID? {
    let json: JSON
    do { json = try JSONParser.parse(bytes) } catch { return nil }
    guard case .object(let members) = json, case .object(let lease)? = members["lease"],
      case .string(let id)? = lease["id"]
    else { return nil }
    return LeaseID(id)
  }
}
