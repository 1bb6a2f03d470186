extension Lease {
  /// Whether a token of this chain is to be honoured now (RFC 7662 `active`).
  ///
  /// The previous term's token counts until it expires: the holder may not have heard of the
  /// next one. A return, a stop on it, the end of the pool's key, or a grant that is not in force
  /// ends it at once.
  /// - Parameters:
  ///   - audience: the enforcement point that asks; another one's token is inactive.
  ///   - keyEndedAt: when the key was deleted that the term was granted or renewed with.
  package func honours(
    term number: Int64, for audience: String, grant: GrantFacts, locks: [Lock],
    breakers: [Breaker] = [], holds: [BreakerStop] = [], keyEndedAt: Timestamp? = nil,
    at now: Timestamp
  ) -> Bool {
    let expiresAt =
      number == term.number
      ? term.expiresAt : previous.flatMap { number == $0.number ? $0.expiresAt : nil }
    guard let expiresAt, now < expiresAt, ended == nil,
      audience == enforcementPoint.audience, locks.isEmpty, grant.refusals(at: now).isEmpty,
      holds.isEmpty, breakers.allSatisfy({ $0.honours(self, at: now) }),
      keyEndedAt.map({ now < $0 }) ?? true
    else { return false }
    return true
  }
}
