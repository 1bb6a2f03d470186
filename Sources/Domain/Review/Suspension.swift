/// One cause for which a grant stands still, until it is lifted.
package struct Suspension: Hashable, Sendable {
  package let cause: SuspensionCause
  /// What it is about: a site, a person, a version of the policy.
  package let subject: String?
  /// What held before, where that has to hold again: a site's kind of operator.
  package let fact: String?
  package let since: Timestamp
  /// The event that recorded it; nil while only time says so.
  package let event: EventID?
  /// Who signed so far that it is over, by identity.
  package let signedBy: [PersonID]

  package init(
    _ cause: SuspensionCause, subject: String? = nil, fact: String? = nil, since: Timestamp,
    event: EventID? = nil, signedBy: [PersonID] = []
  ) {
    self.cause = cause
    self.subject = subject
    self.fact = fact
    self.since = since
    self.event = event
    self.signedBy = signedBy
  }

  /// Whether both say the same of the same thing.
  func isSame(as other: Suspension) -> Bool {
    cause == other.cause && subject == other.subject
  }

  var logDetail: JSONObject {
    var detail: JSONObject = [
      "cause": .string(cause.rawValue), "role": .string(cause.owner.rawValue),
      "since": JSON(since),
    ]
    detail["subject"] = subject.map { .string($0) }
    detail["fact"] = fact.map { .string($0) }
    return detail
  }
}
