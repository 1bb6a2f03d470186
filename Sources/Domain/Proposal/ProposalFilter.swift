/// Which proposals a list is about; nil members do not narrow it.
package struct ProposalFilter: Hashable, Sendable {
  /// A status or an effective status.
  package let status: String?
  package let site: Host?
  package let owner: PersonID?
  /// On which this person could decide now.
  package let awaiting: PersonID?
  package let tier: Tier?
  /// All of them in the title, in any case.
  package let words: [String]

  package init(
    status: String?, site: Host?, owner: PersonID?, awaiting: PersonID?, tier: Tier?,
    words: [String]
  ) {
    self.status = status
    self.site = site
    self.owner = owner
    self.awaiting = awaiting
    self.tier = tier
    self.words = words
  }
}
