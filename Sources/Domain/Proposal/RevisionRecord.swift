/// A revision as it is stored: the exact bytes that its digest covers.
package struct RevisionRecord: Hashable, Sendable {
  package let id: RevisionID
  package let proposal: ProposalID
  package let n: Int64
  package let author: PersonID
  package let bytes: [UInt8]
  package let digest: Digest
  package let title: String
  package let owner: PersonID
  package let deputy: PersonID
  package let maintainer: PersonID
  package let createdAt: Timestamp

  package init(
    id: RevisionID, proposal: ProposalID, n: Int64, author: PersonID, bytes: [UInt8],
    digest:
      Digest, title: String, owner: PersonID, deputy: PersonID, maintainer: PersonID,
    createdAt:
      Timestamp
  ) {
    self.id = id
    self.proposal = proposal
    self.n = n
    self.author = author
    self.bytes = bytes
    self.digest = digest
    self.title = title
    self.owner = owner
    self.deputy = deputy
    self.maintainer = maintainer
    self.createdAt = createdAt
  }
}
