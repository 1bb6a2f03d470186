package import Domain
import Postgres
import Store
import Tokens

/// A lease as its holder gets it, with its token.
package struct LeaseAnswer: Sendable {
  package let lease: Lease
  package let workerName: String
  package let pathPrefixes: [String]
  package let token: String
  /// The instant that `expires_in_ms` and `renew_in_ms` count from.
  package let now: Timestamp

  /// How far the approvals behind the lease are anchored (evidence.md); checkpoints come later.
  package var evidence: String { "recorded" }

  /// Signs the term that stands.
  init(
    _ lease: Lease, workerName: String, budget: Budget, grant: GrantFacts, issuer: String,
    epoch: Int64, now: Timestamp, key: SigningKey
  ) throws(TokenError) {
    self.lease = lease
    self.workerName = workerName
    self.now = now
    pathPrefixes = budget.pathPrefixes
    let term = lease.term
    token = try LeaseToken.signed(
      LeaseClaims(
        issuer: issuer, audience: lease.enforcementPoint.audience, worker: lease.worker,
        lease: lease.id, term: term.number, issuedAt: term.issuedAt,
        expiresAt: term.expiresAt, proposal: grant.proposal, grant: grant.id,
        digest: grant.digest, hosts: lease.hosts.map(\.text),
        pathPrefixes: budget.pathPrefixes, methods: budget.methods, rate: term.portion.rate,
        burst: term.portion.burst, concurrency: term.portion.concurrency, quota: term.quota,
        day: term.day, epoch: epoch),
      with: key)
  }
}
