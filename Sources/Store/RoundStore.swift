package import Domain
package import Postgres

/// Review rounds with their seats and decisions; their state is in `transitions`.
package enum RoundStore {
  /// All rounds of a proposal, oldest first, each with its decisions.
  package static func list(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> [Round] {
    let rows = try await tx.query(selectRounds, [.id(proposal)])
    let decisions = try await DecisionStore.all(of: proposal, in: tx)
    return try rows.map { try round($0, decisions) }
  }

  /// The newest round; nil for a draft.
  package static func newest(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> Round? {
    guard let row = try await tx.oneOrNil(selectNewest, [.id(proposal)]) else { return nil }
    let id = try row.identifier(0, of: RoundKind.self)
    return try round(row, [id: try await DecisionStore.all(in: id, tx)])
  }

  /// Opens a round.
  ///
  /// - Parameter assessment: canonical bytes of what was assessed at submission.
  package static func record(
    opened ruling: Ruling<Round>, assessment: [UInt8], in tx: borrowing Transaction
  ) async throws {
    let round = ruling.subject
    try await tx.execute(
      insert,
      [
        .id(round.id), .id(round.proposal), .int64(round.n), .id(round.revision),
        .digest(round.digest), .int64(round.policyVersion), .text(round.tier.description),
        .bytes(assessment), .id(round.openedBy), .instant(round.openedAt),
        .instant(round.respondBy), .instant(round.decideBy),
      ], rows: 1)
    for role in round.seats { tx.write(insertSeat, [.id(round.id), .role(role)]) }
    let event = try await LogStore.append(ruling.entry, in: tx)
    TransitionStore.append(
      round.id, from: RoundState.draft.rawValue, to: round.recorded.rawValue, event: event,
      at: ruling.entry.at, in: tx)
  }

  /// Closes a round without a decision: superseded, lapsed, withdrawn.
  package static func record(
    closed ruling: Ruling<Round>, from state: RoundState, because reason: String? = nil,
    in tx: borrowing Transaction
  ) async throws {
    let event = try await LogStore.append(ruling.entry, in: tx)
    if let reason { LogStore.insertReason(reason, of: event, in: tx) }
    TransitionStore.append(
      ruling.subject.id, from: state.rawValue, to: ruling.subject.recorded.rawValue,
      event: event, at: ruling.entry.at, in: tx)
  }

  /// Rounds whose time to decide ran out and is not recorded, the longest due first.
  package static func dueToLapse(
    at now: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    try await tx.query(selectDue, [.instant(now), .int64(limit)])
      .map { try $0.identifier(0, of: RoundKind.self) }
  }

  /// The proposal that a round is of.
  package static func proposal(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> ProposalID? {
    try await tx.oneOrNil(selectProposal, [.id(round)])?
      .identifier(0, of: ProposalKind.self)
  }

  /// The bytes that rounds are about, by round.
  package static func contents(
    of rounds: [RoundID], in tx: borrowing Transaction
  ) async throws -> [RoundID: (revision: Int64, bytes: [UInt8])] {
    let rows = try await tx.query(selectContents, [.textArray(rounds.map(\.text))])
    return Dictionary(
      try rows.map { row in
        (
          try row.identifier(0, of: RoundKind.self),
          (revision: try row.int64(1), bytes: try row.bytes(2))
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Approves a round.
  ///
  /// - Parameter state: `in_review`, or `countered` when a counter-offer was accepted.
  package static func record(
    approved ruling: Ruling<Approval>, from state: RoundState, in tx: borrowing Transaction
  ) async throws {
    let event = try await LogStore.append(ruling.entry, in: tx)
    TransitionStore.append(
      ruling.subject.round.id, from: state.rawValue,
      to: RoundState.approved.rawValue, event: event, at: ruling.entry.at, in: tx)
  }

  private static func round(_ row: Row, _ decisions: [RoundID: [Decision]]) throws -> Round {
    let id = try row.identifier(0, of: RoundKind.self)
    let seats = Set(try row.roles(13))
    return Round(
      id: id, proposal: try row.identifier(1, of: ProposalKind.self), n: try row.int64(2),
      revision: try row.identifier(3, of: RevisionKind.self),
      revisionNumber: try row.int64(4), digest: try row.digest(5),
      policyVersion: try row.int64(6), tier: try row.decoded(7, Tier(try row.text(7))),
      seats: Role.deciding.filter(seats.contains),
      openedBy: try row.identifier(8, of: PersonKind.self), openedAt: try row.instant(9),
      respondBy: try row.instant(10), decideBy: try row.instant(11),
      recorded: try row.decoded(12, RoundState(rawValue: try row.text(12))),
      decisions: decisions[id] ?? [])
  }

  static let selectRounds = Statement(
    """
    SELECT d.id, d.proposal, d.n, d.revision, r.n, d.digest, d.policy, d.tier, d.opened_by,
      d.opened_at, d.respond_by, d.decide_by,
      (SELECT t.to_state FROM transitions t WHERE t.object = d.id ORDER BY t.seq DESC LIMIT 1),
      array(SELECT s.role FROM round_seats s WHERE s.round = d.id ORDER BY s.role)
    FROM rounds d JOIN revisions r ON r.id = d.revision
    WHERE d.proposal = $1 ORDER BY d.n
    """)

  static let selectNewest = Statement(
    """
    SELECT d.id, d.proposal, d.n, d.revision, r.n, d.digest, d.policy, d.tier, d.opened_by,
      d.opened_at, d.respond_by, d.decide_by,
      (SELECT t.to_state FROM transitions t WHERE t.object = d.id ORDER BY t.seq DESC LIMIT 1),
      array(SELECT s.role FROM round_seats s WHERE s.round = d.id ORDER BY s.role)
    FROM rounds d JOIN revisions r ON r.id = d.revision
    WHERE d.proposal = $1 ORDER BY d.n DESC LIMIT 1
    """)

  static let selectProposal = Statement("SELECT proposal FROM rounds WHERE id = $1")

  static let selectContents = Statement(
    """
    SELECT d.id, r.n, r.content FROM rounds d JOIN revisions r ON r.id = d.revision
    WHERE d.id = ANY ($1)
    """)

  static let selectDue = Statement(
    """
    SELECT d.id FROM rounds d
    WHERE d.decide_by <= $1
      AND (SELECT t.to_state FROM transitions t WHERE t.object = d.id ORDER BY t.seq DESC LIMIT 1)
        IN ('in_review', 'countered')
    ORDER BY d.decide_by, d.id LIMIT $2
    """)

  static let insert = Statement(
    """
    INSERT INTO rounds (id, proposal, n, revision, digest, policy, tier, assessment, opened_by,
      opened_at, respond_by, decide_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    """)

  static let insertSeat = Statement("INSERT INTO round_seats (round, role) VALUES ($1, $2)")
}
