/// Why tokens became void before they ran out.
package enum EpochCause: String, Hashable, Sendable, CaseIterable {
  case lock, revocation, suspension, replacement
  /// Smaller numbers that were to hold at once.
  case narrowing
  /// The breaker opened.
  case hold
}

/// From its number on older tokens are void where it covers them.
package struct EpochEvent: Hashable, Sendable {
  /// Counted from 1 without gaps, in the order in which the events became visible.
  package let epoch: Int64
  package let kind: EpochScope.Kind
  /// Nil for everything.
  package let id: String?
  package let covers: TokenCover
  package let cause: EpochCause
  /// The entry of the log that says more.
  package let event: EventID
  package let at: Timestamp

  package init(
    epoch: Int64, kind: EpochScope.Kind, id: String?, covers: TokenCover, cause: EpochCause,
    event: EventID, at: Timestamp
  ) {
    self.epoch = epoch
    self.kind = kind
    self.id = id
    self.covers = covers
    self.cause = cause
    self.event = event
    self.at = at
  }
}

/// Which tokens an event covers: those that every list names. A list that is nil names all, so
/// that without any list all tokens are covered.
package struct TokenCover: Hashable, Sendable {
  package let proposals: [String]?
  package let grants: [String]?
  /// The `sub` of tokens.
  package let workers: [String]?
  /// With everything under them; one host of a token is enough.
  package let hosts: [String]?

  package init(
    proposals: [String]?, grants: [String]?, workers: [String]?, hosts: [String]?
  ) {
    self.proposals = proposals
    self.grants = grants
    self.workers = workers
    self.hosts = hosts
  }
}
