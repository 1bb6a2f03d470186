/// What a worker asks for.
package struct LeaseRequest: Hashable, Sendable {
  /// Of the chain that will be made.
  package let lease: LeaseID
  package let pool: PoolID
  package let worker: WorkerID
  package let enforcementPoint: EnforcementPoint
  package let credential: String
  /// Of one target, without repeats.
  package let hosts: [Host]
  /// Nil: the granted rate.
  package let wish: Rate?
  package let buildDigest: Digest?
  /// The lease that this worker holds on the target already.
  package let held: Lease?

  /// How many hosts a lease may name.
  package static let hostsMax = 20

  package init(
    lease: LeaseID, pool: PoolID, worker: WorkerID, enforcementPoint: EnforcementPoint,
    credential: String, hosts: [Host], wish: Rate?, buildDigest: Digest?, held: Lease?
  ) {
    self.lease = lease
    self.pool = pool
    self.worker = worker
    self.enforcementPoint = enforcementPoint
    self.credential = credential
    self.hosts = hosts
    self.wish = wish
    self.buildDigest = buildDigest
    self.held = held
  }
}
