package import Domain
package import Postgres

/// Jobs: asked for with the effect they belong to, claimed and ended by whoever leads.
package enum JobStore {
  /// Queues the job; one that was asked for before is left as it is.
  package static func enqueue(_ job: NewJob, at now: Timestamp, in tx: borrowing Transaction) {
    tx.write(
      insert,
      [
        .text(job.kind.rawValue), .text(job.subject), .text(job.key), .text(job.payload),
        .instant(now), .instant(job.dueAt),
      ])
  }

  /// Takes jobs that are due, the longest due first, a few of each subject.
  package static func claim(
    _ kinds: [JobKind], limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [Job] {
    try await tx.query(
      claim,
      [
        .instant(now), .instant(now.adding(seconds: Job.claimSeconds)),
        .textArray(kinds.map(\.rawValue)), .int64(Job.perSubjectMax), .int64(limit),
      ]
    ).map { row in
      Job(
        id: try row.int64(0), kind: try row.decoded(1, JobKind(rawValue: try row.text(1))),
        subject: try row.text(2), key: try row.text(3), payload: try row.text(4),
        attempt: try row.int64(5), claim: try row.int64(6), createdAt: try row.instant(7))
    }
  }

  /// Ends the attempt; false when somebody else has claimed the job since.
  package static func end(
    _ job: Job, _ ending: JobEnding, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> Bool {
    let rows =
      switch ending {
      case .done: try await tx.query(finish, parameters(of: job, now, "done", nil))
      case .failed(let error):
        try await tx.query(finish, parameters(of: job, now, "failed", error))
      case .again(let at, let error):
        try await tx.query(
          postpone, [.int64(job.id), .int64(job.claim), .instant(at), .text(shortened(error))])
      }
    return rows.affected == 1
  }

  /// Jobs that have not ended, by kind: how many, and since when the oldest is due.
  package static func waiting(
    in tx: borrowing Transaction
  ) async throws -> [(kind: String, count: Int64, oldestDueAt: Timestamp)] {
    try await tx.query(selectWaiting).map { row in
      (try row.text(0), try row.int64(1), try row.instant(2))
    }
  }

  /// When the first job of those that have ended did so.
  package static func oldestEnding(in tx: borrowing Transaction) async throws -> Timestamp? {
    try await tx.one(selectOldestEnding).instantOrNil(0)
  }

  /// Forgets jobs that ended before; gives how many.
  package static func deleteEnded(
    before: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> Int {
    try await tx.query(deleteEnded, [.instant(before), .int64(limit)]).affected
  }

  private static func parameters(
    of job: Job, _ now: Timestamp, _ word: String, _ error: String?
  ) -> [Parameter] {
    [
      .int64(job.id), .int64(job.claim), .instant(now), .text(word),
      .optional(text: error.map(shortened)),
    ]
  }

  private static func shortened(_ error: String) -> String {
    String(String.UnicodeScalarView(error.unicodeScalars.filter { $0.value != 0 }))
      .prefix(Job.errorCharactersMax).description
  }

  static let insert = Statement(
    """
    INSERT INTO jobs (kind, subject, unique_key, payload, created_at, due_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ON CONSTRAINT jobs_unique_key DO NOTHING
    """)

  static let claim = Statement(
    """
    UPDATE jobs SET claimed_until = $2, attempt = attempt + 1, claims = claims + 1
    WHERE ended_at IS NULL AND (claimed_until IS NULL OR claimed_until <= $1) AND id IN (
      SELECT j.id FROM (
        SELECT DISTINCT kind, subject FROM jobs
        WHERE ended_at IS NULL AND kind = ANY ($3) AND due_at <= $1) s
      CROSS JOIN LATERAL (
        SELECT w.id, w.due_at, w.claimed_until FROM jobs w
        WHERE w.ended_at IS NULL AND w.kind = s.kind AND w.subject = s.subject
          AND w.due_at <= $1
        ORDER BY w.due_at, w.id LIMIT $4) j
      WHERE j.claimed_until IS NULL OR j.claimed_until <= $1
      ORDER BY j.due_at, j.id LIMIT $5)
    RETURNING id, kind, subject, unique_key, payload, attempt, claims, created_at
    """)

  static let finish = Statement(
    """
    UPDATE jobs SET ended_at = $3, ended_as = $4, last_error = $5, claimed_until = NULL
    WHERE id = $1 AND claims = $2
    """)

  static let postpone = Statement(
    """
    UPDATE jobs SET due_at = $3, last_error = $4, claimed_until = NULL
    WHERE id = $1 AND claims = $2 AND ended_at IS NULL
    """)

  static let selectWaiting = Statement(
    "SELECT kind, count(*), min(due_at) FROM jobs WHERE ended_at IS NULL GROUP BY kind")

  static let selectOldestEnding = Statement(
    "SELECT min(ended_at) FROM jobs WHERE ended_at IS NOT NULL")

  static let deleteEnded = Statement(
    """
    DELETE FROM jobs WHERE id IN (
      SELECT id FROM jobs WHERE ended_at <= $1 ORDER BY ended_at LIMIT $2)
    """)
}
