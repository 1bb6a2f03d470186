/// A grant as it is shown: its numbers as they are authorised now.
package struct GrantRecord: Hashable, Sendable {
  package let standing: GrantStanding
  package let round: RoundID
  package let tier: Tier
  package let pools: [PoolID]
  /// Empty: the build is not checked.
  package let buildDigests: [Digest]
  /// `[{id, text}]`.
  package let tokenBlocks: JSON
  /// `{"budgets": […]}`.
  package let terms: JSON
  /// Canonical hosts and patterns of all budgets.
  package let hosts: [String]
  package let createdAt: Timestamp
  package let holders: Holders
  /// The last attestation; the start while there is none.
  package let attestedAt: Timestamp
  /// The grant that takes or took its place.
  package let replacedBy: GrantID?

  /// Who answers for it now: the people of its revision, or whom they handed over to.
  package struct Holders: Hashable, Sendable {
    package let owner: PersonID
    package let deputy: PersonID
    package let maintainer: PersonID

    package init(owner: PersonID, deputy: PersonID, maintainer: PersonID) {
      self.owner = owner
      self.deputy = deputy
      self.maintainer = maintainer
    }
  }

  package init(
    standing: GrantStanding, round: RoundID, tier: Tier, pools: [PoolID], buildDigests: [Digest],
    tokenBlocks: JSON, terms: JSON, hosts: [String], createdAt: Timestamp, holders: Holders,
    attestedAt: Timestamp, replacedBy: GrantID?
  ) {
    self.standing = standing
    self.round = round
    self.tier = tier
    self.pools = pools
    self.buildDigests = buildDigests
    self.tokenBlocks = tokenBlocks
    self.terms = terms
    self.hosts = hosts
    self.createdAt = createdAt
    self.holders = holders
    self.attestedAt = attestedAt
    self.replacedBy = replacedBy
  }
}
