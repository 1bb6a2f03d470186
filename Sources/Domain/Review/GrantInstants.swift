/// What time will bring to a grant unless somebody acts; nil: nothing of the kind.
package struct GrantInstants: Hashable, Sendable {
  /// The earliest end that was ever said.
  package let endsAt: Timestamp
  /// When the grant of a later revision takes its place.
  package let replacedAt: Timestamp?
  /// When the first document that the approval rests on expires.
  package let evidenceExpiresAt: Timestamp?
  /// When the second attestation in a row has been missed.
  package let attestationMissedAt: Timestamp?
  /// When an owner or maintainer has been gone for too long.
  package let partyGoneAt: Timestamp?
  /// When the last lease on the last of its requests has run out.
  package let spentAt: Timestamp?

  /// How often the maintainer attests (R15).
  package static let attestEverySeconds: Int64 = 14 * 86_400
  /// How many attestations are missed before the grant is suspended.
  package static let attestationsMissedMax: Int64 = 2
  /// How long a grant goes on without its owner or maintainer (R15).
  package static let partyGoneSeconds: Int64 = 72 * 3_600

  package init(
    endsAt: Timestamp, replacedAt: Timestamp? = nil, evidenceExpiresAt: Timestamp? = nil,
    attestationMissedAt: Timestamp? = nil, partyGoneAt: Timestamp? = nil,
    spentAt: Timestamp? = nil
  ) {
    self.endsAt = endsAt
    self.replacedAt = replacedAt
    self.evidenceExpiresAt = evidenceExpiresAt
    self.attestationMissedAt = attestationMissedAt
    self.partyGoneAt = partyGoneAt
    self.spentAt = spentAt
  }

  /// When attestations have been missed that were last made, or begun to be due, then.
  package static func attestationMissed(after attested: Timestamp) -> Timestamp {
    attested.adding(seconds: attestEverySeconds * attestationsMissedMax)
  }

  /// When the maintainer is to attest next.
  var nextAttestationDue: Timestamp? {
    let spare = GrantInstants.attestationsMissedMax - 1
    return attestationMissedAt?.adding(seconds: -GrantInstants.attestEverySeconds * spare)
  }

  /// The causes that time has brought by an instant, each from its own instant.
  package func suspensions(at now: Timestamp) -> [Suspension] {
    causes.filter { $0.since <= now }
  }

  /// The first instant from which no lease may run: a cause, the end, or the other grant, which
  /// has to find everything free.
  var stopsAt: Timestamp {
    let makesRoom = replacedAt?.adding(seconds: -LeaseTerm.guardSeconds)
      .adding(microseconds: -1)
    return (causes.map(\.since) + [makesRoom ?? endsAt]).reduce(endsAt, min)
  }

  /// The end, the replacement or the last request, whichever comes first, once it has come.
  func closing(at now: Timestamp) -> (state: GrantState, at: Timestamp)? {
    var closing: (state: GrantState, at: Timestamp) = (.ended, min(endsAt, spentAt ?? endsAt))
    if let replacedAt, replacedAt < closing.at { closing = (.replaced, replacedAt) }
    return now >= closing.at ? closing : nil
  }

  private var causes: [Suspension] {
    let instants: [(SuspensionCause, Timestamp?)] = [
      (.partyGone, partyGoneAt), (.evidenceExpired, evidenceExpiresAt),
      (.attestationMissed, attestationMissedAt),
    ]
    return instants.compactMap { cause, at in at.map { Suspension(cause, since: $0) } }
  }
}
