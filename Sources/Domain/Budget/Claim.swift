/// A lease that asks for its first or its next term.
package struct Claim: Hashable, Sendable {
  package let lease: LeaseID
  package let worker: WorkerID
  /// When its chain began; now for a new one.
  package let startedAt: Timestamp
  /// The term that is held; 0 for a new chain.
  package let term: Int64
  package let wish: Rate

  package init(
    lease: LeaseID, worker: WorkerID, startedAt: Timestamp, term: Int64, wish: Rate
  ) {
    self.lease = lease
    self.worker = worker
    self.startedAt = startedAt
    self.term = term
    self.wish = wish
  }

  /// How often a lease is renewed while somebody waits for its place.
  package static let renewalsWhileOthersWait: Int64 = 3

  var isNew: Bool { term == 0 }

  /// Whether it has had its turn, should somebody wait.
  var hadItsTurn: Bool { term > Claim.renewalsWhileOthersWait }
}
