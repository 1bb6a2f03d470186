package import Domain
package import Tokens

/// A lease as its holder gets it, with the claims of its token.
package struct LeaseAnswer: Sendable {
  package let lease: Lease
  package let workerName: String
  package let pathPrefixes: [String]
  /// What the token says; it is signed when the transaction is over and no lock is held.
  package let claims: LeaseClaims
  /// The instant that `expires_in_ms` and `renew_in_ms` count from.
  package let now: Timestamp
  package let day: Day

  /// The local day of the budget.
  package struct Day: Hashable, Sendable {
    /// All that may be sent in it.
    package let requests: Int64
    /// What no worker has used or reserved, this term's quota left out.
    package let left: Int64
    package let endsAt: Timestamp
  }

  /// How far the approvals behind the lease are anchored (evidence.md); checkpoints come later.
  package var evidence: String { "recorded" }

  /// The answer for the term that stands.
  init(
    _ lease: Lease, workerName: String, budget: Budget, ground: LeaseGround, issuer: String
  ) {
    self.lease = lease
    self.workerName = workerName
    now = ground.now
    pathPrefixes = budget.pathPrefixes
    let (term, grant) = (lease.term, ground.grant)
    // A term issued just now is not among what was spent when the ground was read.
    let reserved = term.issuedAt == ground.now ? term.quota : 0
    day = Day(
      requests: ground.budget.capacity.dailyRequests,
      left: max(0, ground.left(in: ground.budget) - reserved),
      endsAt: ground.budget.opening.zone.endOfDay(at: ground.now))
    claims = LeaseClaims(
      issuer: issuer, audience: lease.enforcementPoint.audience, worker: lease.worker,
      lease: lease.id, term: term.number, issuedAt: term.issuedAt, expiresAt: term.expiresAt,
      proposal: grant.proposal, grant: grant.id, digest: grant.digest,
      hosts: lease.hosts.map(\.text), pathPrefixes: budget.pathPrefixes,
      methods: budget.methods, rate: term.portion.rate, burst: term.portion.burst,
      concurrency: term.portion.concurrency, quota: term.quota, day: term.day,
      epoch: ground.budget.epoch)
  }
}
