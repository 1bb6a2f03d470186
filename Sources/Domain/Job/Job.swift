/// A piece of work that the service does by itself after the transaction that asked for it: at
/// least once, and again until it ends.
package struct Job: Hashable, Sendable {
  package let id: Int64
  package let kind: JobKind
  /// What it is about: jobs of one subject never take all hands.
  package let subject: String
  /// Which job of its kind: asked for twice it is one.
  package let key: String
  /// JSON, for what the rows do not say.
  package let payload: String
  /// How often it was begun since it was last asked for, this time included.
  package let attempt: Int64
  /// Grows with every claim: only whoever claimed it last ends it.
  package let claim: Int64
  package let createdAt: Timestamp

  package init(
    id: Int64, kind: JobKind, subject: String, key: String, payload: String, attempt: Int64,
    claim: Int64, createdAt: Timestamp
  ) {
    self.id = id
    self.kind = kind
    self.subject = subject
    self.key = key
    self.payload = payload
    self.attempt = attempt
    self.claim = claim
    self.createdAt = createdAt
  }

  /// How long whoever claimed a job has it alone.
  package static let claimSeconds: Int64 = 30
  /// Jobs of one subject that are worked on at once.
  package static let perSubjectMax: Int64 = 8
  /// How long a job that has ended is kept.
  package static let keptSeconds: Int64 = 7 * 86_400
  /// What is kept of an error's words.
  package static let errorCharactersMax = 500
}

/// The closed list of jobs.
package enum JobKind: String, Hashable, Sendable, CaseIterable {
  /// One event to one webhook.
  case webhookDelivery = "webhook_delivery"
  /// An open round whose site or robots.txt has changed, to be held against it.
  case reassessRound = "reassess_round"
}

/// A job as it is asked for.
package struct NewJob: Hashable, Sendable {
  package let kind: JobKind
  package let subject: String
  package let key: String
  package let payload: String
  package let dueAt: Timestamp

  package init(
    _ kind: JobKind, subject: String, key: String, payload: String = "{}", dueAt: Timestamp
  ) {
    self.kind = kind
    self.subject = subject
    self.key = key
    self.payload = payload
    self.dueAt = dueAt
  }
}

extension NewJob {
  /// - Parameter change: what has changed, and which time: the job is one for each.
  package static func reassess(_ round: RoundID, after change: String, at now: Timestamp) -> NewJob
  {
    NewJob(.reassessRound, subject: round.text, key: "\(round.text) \(change)", dueAt: now)
  }
}

/// What an attempt came to.
package enum JobEnding: Hashable, Sendable {
  case done
  /// Another attempt will be made.
  case again(at: Timestamp, error: String)
  /// No other attempt will be made.
  case failed(error: String)

  /// The word of metrics.
  package var outcome: String {
    switch self {
    case .done: "done"
    case .again: "again"
    case .failed: "failed"
    }
  }
}
