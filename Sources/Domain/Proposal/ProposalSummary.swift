/// What a list of proposals shows of each.
package struct ProposalSummary: Hashable, Sendable {
  package let id: ProposalID
  package let number: Int64
  package let title: String
  package let requester: PersonID
  package let owner: PersonID
  package let status: String
  package let effectiveStatus: String
  package let digest: Digest
  package let createdAt: Timestamp
  package let tier: Tier?

  package init(
    id: ProposalID, number: Int64, title: String, requester: PersonID, owner: PersonID,
    status:
      String, effectiveStatus: String, digest: Digest, createdAt: Timestamp, tier: Tier?
  ) {
    self.id = id
    self.number = number
    self.title = title
    self.requester = requester
    self.owner = owner
    self.status = status
    self.effectiveStatus = effectiveStatus
    self.digest = digest
    self.createdAt = createdAt
    self.tier = tier
  }
}
