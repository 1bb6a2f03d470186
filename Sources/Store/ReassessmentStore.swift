package import Domain
package import Postgres

/// Open rounds and grants held against policies that came into force after them.
package enum ReassessmentStore {
  /// Open rounds that were not held against a version yet, in order of id: those whose
  /// `decide_by` has passed are over whatever it says.
  package static func dueRounds(
    under version: Int64, limit: Int64, now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    try await tx.query(selectDueRounds, [.int64(version), .instant(now), .int64(limit)])
      .map { row in try row.identifier(0, of: RoundKind.self) }
  }

  /// The newest version that a round was held against, its own or a later one, and the tier that
  /// came of it.
  package static func standing(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> (policy: Int64, tier: Tier) {
    let row = try await tx.one(selectRoundStanding, [.id(round)])
    return (try row.int64(0), try row.decoded(1, Tier(try row.text(1))))
  }

  /// Open rounds of which some target lies at or under one of these names, in order of id.
  package static func openRounds(
    under names: [Host], at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [RoundID] {
    try await tx.query(selectOpenRounds, [.textArray(names.map(\.text)), .instant(now)])
      .map { row in try row.identifier(0, of: RoundKind.self) }
  }

  /// The open round of a revision; nil when there is none.
  package static func openRound(
    of revision: RevisionID, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> RoundID? {
    try await tx.oneOrNil(selectOpenRound, [.id(revision), .instant(now)])?
      .identifier(0, of: RoundKind.self)
  }

  /// Grants that are not over and were not held against a version yet, in order of id.
  package static func dueGrants(
    under version: Int64, limit: Int64, now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await tx.query(selectDueGrants, [.int64(version), .instant(now), .int64(limit)])
      .map { row in try row.identifier(0, of: GrantKind.self) }
  }

  /// The newest version that a grant was held against: its round's, or a later one.
  package static func version(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> Int64 {
    try await tx.one(selectGrantVersion, [.id(grant)]).int64(0)
  }

  /// What the newest policy that was held against a grant made of it; nil where none was.
  package static func newest(
    of grant: GrantID, in tx: borrowing Transaction
  ) async throws -> (policy: Int64, outcome: GrantReassessment.Outcome, findings: JSON)? {
    guard let row = try await tx.oneOrNil(selectNewestOfGrant, [.id(grant)]) else { return nil }
    let findings = try JSONParser.parse(Array(try row.text(2).utf8))
    let outcome = GrantReassessment.Outcome(rawValue: try row.text(1))
    return (try row.int64(0), try row.decoded(1, outcome), findings)
  }

  package static func record(
    _ ruling: Ruling<GrantReassessment>, in tx: borrowing Transaction
  ) async throws {
    let reassessment = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    let findings = String(decoding: reassessment.findingsJSON.bytes(), as: UTF8.self)
    tx.write(
      insertGrant,
      [
        .id(reassessment.grant), .int64(reassessment.policyVersion),
        .text(reassessment.outcome.rawValue), .text(findings), .id(event),
        .instant(ruling.entry.at),
      ])
  }

  /// The proposal of a round; nil when there is none such.
  package static func proposal(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> ProposalID? {
    try await tx.oneOrNil(selectProposal, [.id(round)])?
      .identifier(0, of: ProposalKind.self)
  }

  /// Writes what a policy makes of a round: its seats from now on stand in `round_seats`.
  ///
  /// - Parameter assessment: canonical bytes.
  package static func record(
    _ ruling: Ruling<Reassessment>, assessment: [UInt8], in tx: borrowing Transaction
  ) async throws {
    let reassessment = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    for role in reassessment.added {
      tx.write(RoundStore.insertSeat, [.id(reassessment.round), .role(role)])
    }
    tx.write(
      insertRound,
      [
        .id(reassessment.round), .int64(reassessment.policyVersion),
        .text(reassessment.tier.description), .bytes(assessment), .id(event),
        .instant(ruling.entry.at),
      ])
  }

  /// The assessment that counts for a round, canonical JSON: the newest reassessment's, else the
  /// one of its submission, with the version it is by.
  package static func assessment(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> (policy: Int64, bytes: [UInt8]) {
    let row = try await tx.one(selectAssessment, [.id(round)])
    return (try row.int64(0), try row.bytes(1))
  }

  static let selectDueRounds = Statement(
    """
    SELECT d.id FROM rounds d
    WHERE d.decide_by > $2 AND d.policy < $1
      AND NOT EXISTS (SELECT FROM round_reassessments r WHERE r.round = d.id AND r.policy >= $1)
      AND (SELECT t.to_state FROM transitions t WHERE t.object = d.id ORDER BY t.seq DESC LIMIT 1)
        IN ('in_review', 'countered')
    ORDER BY d.id LIMIT $3
    """)

  static let selectRoundStanding = Statement(
    """
    SELECT coalesce(r.policy, d.policy), coalesce(r.tier, d.tier)
    FROM rounds d LEFT JOIN LATERAL (
      SELECT policy, tier FROM round_reassessments
      WHERE round = d.id ORDER BY seq DESC LIMIT 1) r ON true
    WHERE d.id = $1
    """)

  static let selectOpenRounds = Statement(
    """
    SELECT d.id FROM rounds d JOIN revisions r ON r.id = d.revision
    WHERE d.decide_by > $2 AND hosts_meet(r.hosts, $1)
      AND (SELECT t.to_state FROM transitions t WHERE t.object = d.id ORDER BY t.seq DESC LIMIT 1)
        IN ('in_review', 'countered')
    ORDER BY d.id
    """)

  static let selectOpenRound = Statement(
    """
    SELECT d.id FROM rounds d
    WHERE d.revision = $1 AND d.decide_by > $2
      AND (SELECT t.to_state FROM transitions t WHERE t.object = d.id ORDER BY t.seq DESC LIMIT 1)
        IN ('in_review', 'countered')
    ORDER BY d.n DESC LIMIT 1
    """)

  // Everything that was approved under a version, or held against it, is done.
  static let selectDueGrants = Statement(
    """
    SELECT g.id FROM grants g JOIN rounds d ON d.id = g.round
    WHERE g.ends_at > $2 AND d.policy < $1
      AND NOT EXISTS (SELECT FROM grant_reassessments r WHERE r.grant_id = g.id AND r.policy >= $1)
      AND NOT EXISTS (SELECT FROM round_reassessments r WHERE r.round = d.id AND r.policy >= $1)
      AND (SELECT t.to_state FROM transitions t WHERE t.object = g.id ORDER BY t.seq DESC LIMIT 1)
        IN ('scheduled', 'active', 'suspended')
    ORDER BY g.id LIMIT $3
    """)

  static let selectGrantVersion = Statement(
    """
    SELECT greatest(d.policy,
      (SELECT max(r.policy) FROM round_reassessments r WHERE r.round = d.id),
      (SELECT max(r.policy) FROM grant_reassessments r WHERE r.grant_id = g.id))
    FROM grants g JOIN rounds d ON d.id = g.round WHERE g.id = $1
    """)

  static let selectNewestOfGrant = Statement(
    """
    SELECT policy, outcome, findings FROM grant_reassessments
    WHERE grant_id = $1 ORDER BY policy DESC LIMIT 1
    """)

  static let insertGrant = Statement(
    """
    INSERT INTO grant_reassessments (grant_id, policy, outcome, findings, event, reassessed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  static let selectProposal = Statement("SELECT proposal FROM rounds WHERE id = $1")

  static let insertRound = Statement(
    """
    INSERT INTO round_reassessments (round, policy, tier, assessment, event, reassessed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  static let selectAssessment = Statement(
    """
    SELECT coalesce(r.policy, d.policy), coalesce(r.assessment, d.assessment)
    FROM rounds d LEFT JOIN LATERAL (
      SELECT policy, assessment FROM round_reassessments
      WHERE round = d.id ORDER BY seq DESC LIMIT 1) r ON true
    WHERE d.id = $1
    """)
}
