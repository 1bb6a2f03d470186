extension Lease {
  /// A chain that is over for good, with the final account of it.
  package struct SettledLease: Hashable, Sendable {
    package let lease: Lease
    package let before: LeaseAccount
    package let account: LeaseAccount
    /// Its end, where nobody has recorded one before.
    package let entry: LogEntry?
  }

  /// From when on nothing passes under any of its tokens and no report of it is taken any more.
  package var settlesAt: Timestamp {
    guard ended == nil else { return freesAt }
    return max(freesAt, term.expiresAt.adding(seconds: Lease.reportGraceSeconds))
  }

  /// The end of a chain that nobody went on with, or the rest of what one that was returned had
  /// reserved; nil while it is too early.
  package func settled(
    _ account: LeaseAccount, by actor: Actor, at now: Timestamp
  ) -> SettledLease? {
    guard settlesAt <= now else { return nil }
    let final = account.final
    guard ended == nil else {
      return SettledLease(lease: self, before: account, account: final, entry: nil)
    }
    let lease = ended(Ending(at: term.expiresAt, cause: .expired, freesAt: freesAt))
    return SettledLease(
      lease: lease, before: account, account: final,
      entry: LogEntry(
        .leaseEnded, stream: StreamID(grant), object: EventObject("lease", id.text),
        by: actor, at: now,
        detail: [
          "cause": "expired", "term": JSON(term.number), "expired_at": JSON(term.expiresAt),
          "frees_at": JSON(freesAt), "used": JSON(final.used),
        ]))
  }
}
