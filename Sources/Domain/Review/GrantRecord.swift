/// A grant as it is shown: its numbers as they were authorised.
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

  package init(
    standing: GrantStanding, round: RoundID, tier: Tier, pools: [PoolID], buildDigests: [Digest],
    tokenBlocks: JSON, terms: JSON, hosts: [String], createdAt: Timestamp
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
  }
}
