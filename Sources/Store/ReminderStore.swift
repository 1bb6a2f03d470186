package import Domain
package import Postgres

/// Of what somebody was reminded, once for each mark.
package enum ReminderStore {
  /// Reminders that are due, the earliest first. Of two marks of a round that time has passed
  /// only the later one is.
  package static func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [Reminder] {
    try await tx.query(
      selectDue,
      [
        .instant(now), .int64(Reminder.decideSoonSeconds), .int64(Reminder.grantEndsSeconds),
        .int64(limit), .int64(GrantInstants.attestEverySeconds + Reminder.attestSoonSeconds),
      ]
    ).map { row in
      try row.decoded(
        2,
        Reminder(
          object: try row.text(0), proposal: try row.identifier(1, of: ProposalKind.self),
          key: try row.text(2)))
    }
  }

  /// Whether it was recorded before.
  package static func contains(
    _ reminder: Reminder, in tx: borrowing Transaction
  ) async throws -> Bool {
    try await tx.one(exists, [.text(reminder.object), .text(reminder.key)]).bool(0)
  }

  package static func record(
    _ ruling: Ruling<Reminder>, in tx: borrowing Transaction
  ) async throws {
    let event = try await LogStore.append(ruling.entry, in: tx)
    tx.write(
      insert,
      [
        .text(ruling.subject.object), .text(ruling.subject.key), .id(event),
        .instant(ruling.entry.at),
      ])
  }

  /// Whether an alarm of an incident was recorded before.
  package static func contains(
    _ alarm: IncidentAlarm, in tx: borrowing Transaction
  ) async throws -> Bool {
    try await tx.one(exists, [.id(alarm.incident), .text(alarm.key)]).bool(0)
  }

  /// What was recorded of these incidents, as `incident mark`.
  package static func recorded(
    of incidents: [IncidentID], in tx: borrowing Transaction
  ) async throws -> Set<String> {
    let rows = try await tx.query(selectRecorded, [.textArray(incidents.map(\.text))])
    return Set(try rows.map { row in "\(try row.text(0)) \(try row.text(1))" })
  }

  package static func record(
    _ ruling: Ruling<IncidentAlarm>, in tx: borrowing Transaction
  ) async throws {
    let event = try await LogStore.append(ruling.entry, in: tx)
    tx.write(
      insert,
      [
        .id(ruling.subject.incident), .text(ruling.subject.key), .id(event),
        .instant(ruling.entry.at),
      ])
  }

  static let selectDue = Statement(
    """
    SELECT s.object, s.proposal, s.mark FROM (
      SELECT r.id AS object, r.proposal, m.mark, m.since
      FROM rounds r CROSS JOIN LATERAL (VALUES
        ('respond_50', r.opened_at + (r.respond_by - r.opened_at) * 0.5,
          r.opened_at + (r.respond_by - r.opened_at) * 0.8),
        ('respond_80', r.opened_at + (r.respond_by - r.opened_at) * 0.8, r.decide_by),
        ('decide_soon', greatest(r.decide_by - make_interval(secs => $2),
          r.opened_at + (r.decide_by - r.opened_at) * 0.5), r.decide_by)) m (mark, since, until)
      WHERE r.decide_by > $1 AND m.since <= $1 AND m.until > $1
        AND (SELECT t.to_state FROM transitions t WHERE t.object = r.id
          ORDER BY t.seq DESC LIMIT 1) = 'in_review'
      UNION ALL
      SELECT g.id, g.proposal, 'grant_ends', e.since
      FROM grants g JOIN grant_standings h ON h.grant_id = g.id CROSS JOIN LATERAL (
        SELECT greatest(h.ends_at - make_interval(secs => $3),
          g.starts_at + (h.ends_at - g.starts_at) * 0.5) AS since) e
      WHERE h.closed_at IS NULL AND h.ends_at > $1 AND e.since <= $1
      UNION ALL
      SELECT h.grant_id, h.proposal,
        'attestation_due ' || extract(epoch FROM h.attestation_missed_at)::bigint, e.since
      FROM grant_standings h CROSS JOIN LATERAL (
        SELECT h.attestation_missed_at - make_interval(secs => $5) AS since) e
      WHERE h.closed_at IS NULL AND h.ends_at > greatest($1, e.since) AND e.since <= $1
    ) s
    WHERE NOT EXISTS (SELECT FROM reminders d WHERE d.object = s.object AND d.mark = s.mark)
    ORDER BY s.since, s.object, s.mark LIMIT $4
    """)

  static let selectRecorded = Statement(
    "SELECT object, mark FROM reminders WHERE object = ANY ($1)")

  static let exists = Statement(
    "SELECT EXISTS (SELECT FROM reminders WHERE object = $1 AND mark = $2)")

  static let insert = Statement(
    "INSERT INTO reminders (object, mark, event, at) VALUES ($1, $2, $3, $4)")
}
