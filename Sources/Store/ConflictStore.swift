package import Domain
package import Postgres

/// Conditions that could not be taken beside those of others.
package enum ConflictStore {
  /// Conflicts of a round, in the order in which they were found.
  package static func list(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> [ConditionsConflict] {
    try await tx.query(select, [.id(round)]).map { row in
      ConditionsConflict(
        round: round, person: try row.identifier(0, of: PersonKind.self), role: try row.role(1),
        conditions: try row.decoded(2, try DecisionStore.conditions(row, 2, note: 3)),
        with: try row.textArray(4).map { try row.decoded(4, DecisionID($0)) },
        at: try row.instant(5))
    }
  }

  package static func record(
    _ ruling: Ruling<ConditionsConflict>, in tx: borrowing Transaction
  ) async throws {
    let conflict = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    let bytes = try conflict.conditions.numbers.canonicalBytes()
    for decision in conflict.with {
      tx.write(
        insert,
        [
          .id(event), .id(decision), .id(conflict.round), .id(conflict.person),
          .role(conflict.role), .bytes(bytes), .optional(text: conflict.conditions.note),
          .instant(conflict.at),
        ])
    }
  }

  static let select = Statement(
    """
    SELECT c.person, c.role, c.conditions, c.note, array_agg(c.decision::text ORDER BY c.decision),
      c.refused_at
    FROM condition_conflicts c WHERE c.round = $1
    GROUP BY c.event, c.person, c.role, c.conditions, c.note, c.refused_at
    ORDER BY c.event DESC LIMIT 20
    """)

  static let insert = Statement(
    """
    INSERT INTO condition_conflicts (event, decision, round, person, role, conditions, note,
      refused_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """)
}
