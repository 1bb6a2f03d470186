package import Domain
package import Postgres

/// Append-only decisions, and which of them are void.
package enum DecisionStore {
  /// Decisions of one round in the order in which they were made.
  package static func all(
    in round: RoundID, _ tx: borrowing Transaction
  ) async throws -> [Decision] {
    try await tx.query(selectRound, [.id(round)]).map(decision)
  }

  /// Decisions of all rounds of a proposal, by round.
  package static func all(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> [RoundID: [Decision]] {
    let rows = try await tx.query(
      selectPage, [.id(proposal), .text(""), .int64(Int64.max)])
    return Dictionary(grouping: try rows.map(decision), by: \.round)
  }

  /// Decisions of a proposal after an id, in the order in which they were made.
  package static func list(
    of proposal: ProposalID, after id: String, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Decision] {
    try await tx.query(selectPage, [.id(proposal), .text(id), .int64(limit)]).map(decision)
  }

  /// Writes the decision, what it found void, and the state of the round after it.
  package static func record(
    _ ruling: Ruling<RecordedDecision>, in tx: borrowing Transaction
  ) async throws {
    let (recorded, now) = (ruling.subject, ruling.entry.at)
    for id in recorded.voided { tx.write(insertVoid, [.id(id), .instant(now)]) }
    let decision = recorded.decision
    try await tx.execute(
      insert,
      [
        .id(decision.id), .id(decision.round), .id(decision.person), .id(decision.identity),
        .role(decision.role), .text(decision.verdict.rawValue), .digest(decision.digest),
        .optional(text: decision.reason), .text(decision.authMethod),
        .text(decision.authLevel), .int64(decision.attempt), .optional(int64: decision.seat),
        .instant(decision.decidedAt),
        .optional(bytes: try decision.conditions?.numbers.canonicalBytes()),
        .optional(text: decision.conditions?.note), .bool(decision.narrows),
      ], rows: 1)
    let event = try await LogStore.append(ruling.entry, in: tx)
    guard recorded.state != .inReview else { return }
    TransitionStore.append(
      decision.round, from: RoundState.inReview.rawValue, to: recorded.state.rawValue,
      event: event, at: now, in: tx)
  }

  /// One decision and the proposal that it is about.
  package static func find(
    _ id: DecisionID, in tx: borrowing Transaction
  ) async throws -> (decision: Decision, proposal: ProposalID)? {
    guard let row = try await tx.oneOrNil(selectOne, [.id(id)]) else { return nil }
    return (try decision(row), try row.identifier(17, of: ProposalKind.self))
  }

  /// Writes that a decision was taken back.
  package static func record(
    _ ruling: Ruling<Retraction>, because reason: String?, in tx: borrowing Transaction
  ) async throws {
    let retraction = ruling.subject
    try await tx.execute(
      insertRetraction,
      [.id(retraction.decision.id), .id(retraction.by), .instant(retraction.at)], rows: 1)
    let event = try await LogStore.append(ruling.entry, in: tx)
    if let reason { LogStore.insertReason(reason, of: event, in: tx) }
  }

  private static func decision(_ row: Row) throws -> Decision {
    Decision(
      id: try row.identifier(0, of: DecisionKind.self),
      round: try row.identifier(1, of: RoundKind.self),
      person: try row.identifier(2, of: PersonKind.self),
      identity: try row.identifier(3, of: PersonKind.self), role: try row.role(4),
      verdict: try row.decoded(5, Decision.Verdict(rawValue: try row.text(5))),
      digest: try row.digest(6), reason: try row.textOrNil(7),
      conditions: try conditions(row, 14, note: 15), narrows: try row.bool(16),
      decidedAt: try row.instant(8), authMethod: try row.text(9),
      authLevel: try row.text(10), attempt: try row.int64(11), seat: try row.int64OrNil(12),
      standing: try row.decoded(13, Decision.Standing(voidReason: try row.textOrNil(13))))
  }

  /// Conditions as they are stored; nil for none.
  static func conditions(_ row: Row, _ column: Int, note: Int) throws -> Conditions? {
    guard let bytes = try row.bytesOrNil(column) else { return nil }
    return try Conditions(stored: JSONParser.parse(bytes), note: try row.textOrNil(note))
  }

  // The identity is that of now: accounts may have been found to be one person since.
  static let selectRound = Statement(
    """
    SELECT d.id, d.round, d.person, p.identity, d.role, d.verdict, d.digest, d.reason,
      d.decided_at, d.auth_method, d.auth_level, d.attempt, d.seat,
      (SELECT v.reason FROM decision_voids v WHERE v.decision = d.id), d.conditions, d.note,
      d.narrows
    FROM decisions d JOIN people p ON p.id = d.person
    WHERE d.round = $1 ORDER BY d.id
    """)

  static let selectOne = Statement(
    """
    SELECT d.id, d.round, d.person, p.identity, d.role, d.verdict, d.digest, d.reason,
      d.decided_at, d.auth_method, d.auth_level, d.attempt, d.seat,
      (SELECT v.reason FROM decision_voids v WHERE v.decision = d.id), d.conditions, d.note,
      d.narrows, o.proposal
    FROM decisions d JOIN people p ON p.id = d.person JOIN rounds o ON o.id = d.round
    WHERE d.id = $1
    """)

  static let selectPage = Statement(
    """
    SELECT d.id, d.round, d.person, p.identity, d.role, d.verdict, d.digest, d.reason,
      d.decided_at, d.auth_method, d.auth_level, d.attempt, d.seat,
      (SELECT v.reason FROM decision_voids v WHERE v.decision = d.id), d.conditions, d.note,
      d.narrows
    FROM rounds o JOIN decisions d ON d.round = o.id JOIN people p ON p.id = d.person
    WHERE o.proposal = $1 AND d.id > $2 ORDER BY d.id LIMIT $3
    """)

  static let insertVoid = Statement(
    """
    INSERT INTO decision_voids (decision, reason, voided_at) VALUES ($1, 'ineligible', $2)
    """)

  static let insertRetraction = Statement(
    """
    INSERT INTO decision_voids (decision, reason, retracted_by, voided_at)
    VALUES ($1, 'retracted', $2, $3)
    """)

  static let insert = Statement(
    """
    INSERT INTO decisions (id, round, person, identity, role, verdict, digest, reason,
      auth_method, auth_level, attempt, seat, decided_at, conditions, note, narrows)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    """)
}

extension Decision.Standing {
  /// What `decision_voids` says of a decision; nil for a reason that is none.
  fileprivate init?(voidReason: String?) {
    switch voidReason {
    case nil: self = .live
    case "ineligible": self = .void
    case "retracted": self = .retracted
    default: return nil
    }
  }
}
