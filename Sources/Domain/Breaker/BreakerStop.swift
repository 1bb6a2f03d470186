/// What a breaker or the hold of a site says to whoever it stops.
package struct BreakerStop: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A server of the site asked everybody for rest.
    case siteHeld
    case open(causes: [BreakerCause])
    /// Two people resume the grant first.
    case awaitsPeople(causes: [BreakerCause])
    /// Another lease tries the host.
    case probed
  }

  package let kind: Kind
  /// A host, or `site example.com`.
  package let subject: String
  /// Nil where time alone does not help.
  package let until: Timestamp?

  package init(_ kind: Kind, of subject: String, until: Timestamp?) {
    self.kind = kind
    self.subject = subject
    self.until = until
  }

  /// One sentence.
  package var detail: String {
    let end = until.map { " until \($0)" } ?? ""
    switch kind {
    case .siteHeld: return "The \(subject) is held\(end): \(BreakerCause.throttled.words)."
    case .open(let causes): return "The breaker of \(subject) is open\(end): \(words(causes))."
    case .awaitsPeople(let causes):
      return "The breaker of \(subject) is open until two people resume the grant: "
        + "\(words(causes))."
    case .probed: return "The breaker of \(subject) is half-open: another lease tries it\(end)."
    }
  }

  /// The gravest first.
  private func words(_ causes: [BreakerCause]) -> String {
    causes.reversed().map(\.words).joined(separator: ", ")
  }
}
