package import Domain
package import Postgres

/// Grants of a proposal that make room for the one of a later revision (lifecycle transition 17).
package enum ReplacementStore {
  /// Grants of a proposal that no end was recorded of; in order of id.
  package static func open(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> [GrantID] {
    try await tx.query(selectOpen, [.id(proposal)]).map { row in
      try row.identifier(0, of: GrantKind.self)
    }
  }

  /// Locks the budgets of grants and every registered site at one of the names, all in order of
  /// id: what is out and what a site bears stays as it is until the transaction ends.
  package static func lockScopes(
    of grants: [GrantID], sites names: Set<Host>, in tx: borrowing Transaction
  ) async throws {
    ScopeStore.prepareToLock(in: tx)
    try await tx.execute(
      lockScopes, [.textArray(grants.map(\.text)), .textArray(names.map(\.text).sorted())])
  }

  /// Queues that one grant takes the place of another at an instant.
  package static func mark(
    _ old: GrantID, replacedBy new: GrantID, at: Timestamp, in tx: borrowing Transaction
  ) {
    tx.write(updateReplaced, [.id(old), .id(new), .instant(at)])
  }

  /// Queues that nothing takes a grant's place after all: the other one was revoked first.
  package static func unmark(replacedBy new: GrantID, in tx: borrowing Transaction) {
    tx.write(clearReplaced, [.id(new)])
  }

  /// Leases of grants that take something up after an instant, with their hosts.
  package static func leases(
    of grants: [GrantID], after instant: Timestamp, in tx: borrowing Transaction
  ) async throws -> [(lease: LeaseID, hosts: [Host])] {
    try await tx.query(
      selectLeases, [.textArray(grants.map(\.text)), .instant(instant)]
    ).map { row in
      (try row.identifier(0, of: LeaseKind.self), try row.textArray(1).map { try Host($0) })
    }
  }

  /// Queues that a lease counts against a budget that it was not granted from.
  package static func charge(
    _ lease: LeaseID, to budgets: [BudgetID], in tx: borrowing Transaction
  ) {
    tx.write(ScopeStore.insertOccupants, [.textArray(budgets.map(\.text)), .id(lease)])
  }

  /// The budgets of grants with what they cover.
  package static func budgets(
    of grants: [GrantID], in tx: borrowing Transaction
  ) async throws -> [(id: BudgetID, hosts: [String])] {
    try await tx.query(selectBudgets, [.textArray(grants.map(\.text))]).map { row in
      (try row.identifier(0, of: BudgetKind.self), try row.textArray(1))
    }
  }

  /// Queues that what other budgets spent on a day and later is spent of this one too.
  package static func carryOver(
    from old: [BudgetID], to new: BudgetID, since day: LocalDate, in tx: borrowing Transaction
  ) {
    tx.write(
      insertSpent, [.id(new), .textArray(old.map(\.text)), .date(day)])
  }

  static let selectOpen = Statement(
    """
    SELECT grant_id FROM grant_standings WHERE proposal = $1 AND closed_at IS NULL
    ORDER BY grant_id
    """)

  static let lockScopes = Statement(
    """
    SELECT c.id FROM scopes c
    WHERE c.id IN (
      SELECT b.id FROM budgets b WHERE b.grant_id = ANY ($1)
      UNION ALL SELECT s.id FROM sites s WHERE s.host = ANY ($2)
      UNION ALL SELECT a.site FROM site_aliases a WHERE a.host = ANY ($2))
    ORDER BY c.id FOR UPDATE OF c
    """)

  static let updateReplaced = Statement(
    "UPDATE grant_standings SET replaced_by = $2, replaced_at = $3 WHERE grant_id = $1")

  static let clearReplaced = Statement(
    """
    UPDATE grant_standings SET replaced_by = NULL, replaced_at = NULL
    WHERE replaced_by = $1 AND closed_at IS NULL
    """)

  static let selectLeases = Statement(
    "SELECT id, hosts FROM leases WHERE grant_id = ANY ($1) AND frees_at > $2 ORDER BY id")

  static let selectBudgets = Statement(
    "SELECT id, hosts FROM budgets WHERE grant_id = ANY ($1) ORDER BY id")

  static let insertSpent = Statement(
    """
    INSERT INTO scope_days (scope, day, used, reserved, last_clock)
    SELECT $1::text, d.day, sum(d.used + d.reserved)::bigint, 0, max(d.last_clock)
    FROM scope_days d WHERE d.scope = ANY ($2) AND d.day >= $3
    GROUP BY d.day
    """)
}
