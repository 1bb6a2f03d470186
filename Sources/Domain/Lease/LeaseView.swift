/// A lease as lists and answers show it.
package struct LeaseView: Hashable, Sendable {
  package let lease: Lease
  package let workerName: String
  package let proposal: ProposalID

  package init(lease: Lease, workerName: String, proposal: ProposalID) {
    self.lease = lease
    self.workerName = workerName
    self.proposal = proposal
  }
}
