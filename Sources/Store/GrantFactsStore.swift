package import Domain
package import Postgres

/// Grants and their budgets as the lease rules see them.
package enum GrantFactsStore {
  /// What of a grant the rules ask, with its budgets in order of target.
  package struct Found: Sendable {
    package let facts: GrantFacts
    package let budgets: [Budget]
    package let issuer: String
  }

  /// Whether there is such a proposal, and the grant that counts: one in force now, else the
  /// newest. `reference` is an id or a number.
  package static func find(
    proposal reference: String, at now: Timestamp, suffixes: PublicSuffixes,
    in tx: borrowing Transaction
  ) async throws -> (proposal: ProposalID, grant: Found?)? {
    let number = Int64(digits: reference.utf8)
    let parameters: [Parameter] = [
      .text(reference), number.map { .int64($0) } ?? .int64(0), .instant(now),
    ]
    guard let row = try await tx.oneOrNil(selectOfProposal, parameters) else { return nil }
    let proposal = try row.identifier(0, of: ProposalKind.self)
    guard let grant = try row.identifierOrNil(1, of: GrantKind.self) else {
      return (proposal, nil)
    }
    return (proposal, try await find(grant, suffixes: suffixes, in: tx))
  }

  package static func find(
    _ grant: GrantID, suffixes: PublicSuffixes, in tx: borrowing Transaction
  ) async throws -> Found? {
    let answers = try await tx.query([
      Lookup(selectOne, [.id(grant)]), Lookup(selectBudgets, [.id(grant)]),
    ])
    guard let row = answers[0].first else { return nil }
    return Found(
      facts: try facts(row, from: 0),
      budgets: try answers[1].map { row in try budget(row, from: 0, suffixes: suffixes) },
      issuer: try row.text(17))
  }

  /// What may have changed while the scopes' lock was waited for.
  package struct Fresh: Sendable {
    /// The database's clock.
    package let clock: Timestamp
    package let standing: GrantFacts.Standing
    package let instants: GrantInstants
    /// Of the budget.
    package let endsAt: Timestamp
    package let leftInTotal: Int64
    /// Workers that wait for the budget or for room in one of the sites, longest waiting first.
    package let waiting: [Waiter]
    /// Hosts of the leases whose robots.txt keeps tokens back.
    package let robots: [(host: String, block: GrantFacts.TokenBlock)]
    /// Until when no lease is given; over or not.
    package let quarantinedUntil: Timestamp?
    /// Whether leases were counted in this cluster before.
    package let isSameCluster: Bool
    /// The number of the last epoch event. Stops are read at the same time or later: a token with
    /// this number was issued without any stop that has a greater one, which then covers it.
    package let epoch: Int64
  }

  /// Asks for the clock and what of grant and budget changes.
  static func selectingFresh(
    _ budget: Budget, sites: [SiteID], hosts: [Host]
  ) -> Lookup {
    Lookup(
      selectFresh,
      [
        .id(budget.id), .id(budget.grant), .ids(sites), .int64(waitingMax),
        .textArray(hosts.map(\.text)),
      ])
  }

  static func fresh(_ rows: Rows) throws -> Fresh {
    guard let row = rows.first else {
      preconditionFailure("a budget does not go away: the schema says so")
    }
    return Fresh(
      clock: try row.instant(0), standing: try standing(row, state: 1, at: 2, causes: 11),
      instants: try instants(row, from: 6), endsAt: try row.instant(5),
      leftInTotal: try row.int64(3),
      waiting: try row.textArray(4).map { try waiter(row, $0) },
      robots: try row.textArray(12).map { try robotsBlock(row, $0) },
      quarantinedUntil: try row.instantOrNil(13), isSameCluster: try row.bool(14),
      epoch: try row.int64(15))
  }

  /// Reads `worker budget granted wish since scope`.
  private static func waiter(_ row: Row, _ text: String) throws -> Waiter {
    let parts = text.split(separator: " ").map(String.init)
    guard parts.count == 6, let worker = WorkerID(parts[0]), let budget = BudgetID(parts[1]),
      let granted = Int64(digits: parts[2].utf8), let wish = Int64(digits: parts[3].utf8),
      let since = Int64(digits: parts[4].utf8), let scope = ScopeID(parts[5])
    else { return try row.decoded(4, nil) }
    return Waiter(
      worker: worker, budget: budget, granted: Rate(microRPS: granted),
      wish: Rate(microRPS: wish), since: Timestamp(microseconds: since), scope: scope)
  }

  /// Reads `host verdict`.
  private static func robotsBlock(
    _ row: Row, _ text: String
  ) throws -> (host: String, block: GrantFacts.TokenBlock) {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let verdict = RobotsStanding.Verdict(rawValue: String(parts[1])) else {
      return try row.decoded(12, nil)
    }
    return (String(parts[0]), .robots(host: String(parts[0]), verdict))
  }

  /// How many that wait are looked at; a scope has fewer places.
  private static let waitingMax: Int64 = 1_000

  /// Reads the first columns of `selectOne`, which begin at `first`.
  static func facts(_ row: Row, from first: Int) throws -> GrantFacts {
    let tier = try row.decoded(first + 3, Tier(try row.text(first + 3)))
    return GrantFacts(
      id: try row.identifier(first, of: GrantKind.self),
      proposal: try row.identifier(first + 1, of: ProposalKind.self),
      digest: try row.digest(first + 2), tier: tier,
      standing: try standing(row, state: first + 9, at: first + 10, causes: first + 16),
      startsAt: try row.instant(first + 4), endsAt: try row.instant(first + 5),
      instants: try instants(row, from: first + 11),
      pools: try row.textArray(first + 6).map { try row.decoded(first + 6, PoolID($0)) },
      buildDigests: try row.textArray(first + 7).map { try row.decoded(first + 7, Digest($0)) },
      tokenBlocks: try tokenBlocks(row, first + 8),
      // From T3 a token waits for a signed checkpoint of the log; none is signed yet.
      evidence: tier >= .t3 ? .pending : .recordedIsEnough)
  }

  private static func standing(
    _ row: Row, state: Int, at: Int, causes: Int
  ) throws -> GrantFacts.Standing {
    let state = try row.decoded(state, GrantState(rawValue: try row.text(state)))
    let at = try row.instant(at)
    switch state {
    case .revoked: return .revoked(at: at)
    case .replaced, .ended: return .ended(at: at)
    case .scheduled, .active, .suspended: break
    }
    let standing = try row.textArray(causes)
      .map { try row.decoded(causes, SuspensionCause(rawValue: $0)) }
    return standing.isEmpty ? .inForce : .suspended(causes: standing.sorted())
  }

  /// Reads five columns: end, replacement, evidence, attestation, party.
  private static func instants(_ row: Row, from first: Int) throws -> GrantInstants {
    GrantInstants(
      endsAt: try row.instant(first), replacedAt: try row.instantOrNil(first + 1),
      evidenceExpiresAt: try row.instantOrNil(first + 2),
      attestationMissedAt: try row.instantOrNil(first + 3),
      partyGoneAt: try row.instantOrNil(first + 4))
  }

  private static func tokenBlocks(
    _ row: Row, _ column: Int
  ) throws -> [GrantFacts.TokenBlock] {
    guard case .array(let blocks) = try JSONParser.parse(Array(try row.text(column).utf8)) else {
      return try row.decoded(column, nil)
    }
    return try blocks.map { block in
      guard case .object(let members) = block, case .string(let rule)? = members["id"],
        case .string(let text)? = members["text"]
      else { return try row.decoded(column, nil) }
      return GrantFacts.TokenBlock(rule: rule, text: text)
    }
  }

  /// Reads the columns of `selectBudgets`, which begin at `first`.
  static func budget(
    _ row: Row, from first: Int, suffixes: PublicSuffixes
  ) throws -> Budget {
    Budget(
      id: try row.identifier(first, of: BudgetKind.self),
      grant: try row.identifier(first + 1, of: GrantKind.self),
      target: try row.int64(first + 2),
      patterns: try row.textArray(first + 3).compactMap { text in
        do {
          return try HostPattern(text, suffixes: suffixes)
        } catch HostError.patternOverSuffix {
          // The list of suffixes has grown since: what lies under it is many owners' now.
          return nil
        }
      }, pathPrefixes: try row.textArray(first + 4), methods: try row.textArray(first + 5),
      startsAt: try row.instant(first + 6), endsAt: try row.instant(first + 7),
      evidenceExpiresAt: try row.instantOrNil(first + 8),
      leftInTotal: try row.int64(first + 9))
  }

  static let selectOfProposal = Statement(
    """
    SELECT p.id, (
      SELECT g.id FROM grants g
      WHERE g.proposal = p.id
      ORDER BY (g.starts_at <= $3 AND EXISTS (
          SELECT FROM grant_standings h WHERE h.grant_id = g.id AND h.closed_at IS NULL
            AND $3 < least(h.ends_at, h.replaced_at))) DESC,
        g.id DESC
      LIMIT 1)
    FROM proposals p WHERE p.id = $1 OR p.number = $2
    """)

  static let selectOne = Statement(
    """
    SELECT g.id, g.proposal, g.digest, g.tier, g.starts_at, g.ends_at,
      array(SELECT p.pool::text FROM grant_pools p WHERE p.grant_id = g.id ORDER BY p.pool),
      g.build_digests, g.token_blocks, t.to_state, t.at, h.ends_at, h.replaced_at,
      h.evidence_expires_at, h.attestation_missed_at, h.party_gone_at,
      array(SELECT DISTINCT s.cause FROM suspensions s WHERE s.grant_id = h.grant_id
        AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event)),
      (SELECT issuer FROM service)
    FROM grants g
    JOIN grant_standings h ON h.grant_id = g.id
    CROSS JOIN LATERAL (
      SELECT to_state, at FROM transitions WHERE object = g.id ORDER BY seq DESC LIMIT 1) t
    WHERE g.id = $1
    """)

  static let selectFresh = Statement(
    """
    SELECT clock_timestamp(), t.to_state, t.at, b.total_requests - b.total_used, array(
      SELECT concat_ws(' ', w.worker, w.budget, c.max_urps, w.wants_urps,
        (extract(epoch FROM w.since) * 1000000)::bigint, w.scope)
      FROM lease_waits w JOIN scopes c ON c.id = w.budget
      WHERE (w.budget = $1 OR w.scope = ANY ($3)) AND w.until > clock_timestamp()
      ORDER BY w.since, w.worker LIMIT $4), b.ends_at, h.ends_at, h.replaced_at,
      h.evidence_expires_at, h.attestation_missed_at, h.party_gone_at,
      array(SELECT DISTINCT s.cause FROM suspensions s WHERE s.grant_id = h.grant_id
        AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event)),
      array(
        SELECT x || ' ' || coalesce(s.verdict, 'pending')
        FROM unnest($5::text[]) x
        LEFT JOIN robots_standings s ON s.revision = r.revision AND s.target = b.target
          AND s.host = x
        WHERE coalesce(s.tokens, 'blocked') = 'blocked' AND EXISTS (
          SELECT FROM robots_standings k WHERE k.revision = r.revision AND k.target = b.target)),
      q.quarantined_until, coalesce(q.cluster = cluster_identity(), false),
      (SELECT epoch FROM current_epoch)
    FROM budgets b
    JOIN grants g ON g.id = b.grant_id
    JOIN rounds r ON r.id = g.round
    LEFT JOIN lease_guard q ON true
    JOIN grant_standings h ON h.grant_id = $2
    CROSS JOIN LATERAL (
      SELECT to_state, at FROM transitions WHERE object = $2 ORDER BY seq DESC LIMIT 1) t
    WHERE b.id = $1
    """)

  static let selectBudgets = Statement(
    """
    SELECT id, grant_id, target, hosts, path_prefixes, methods, starts_at, ends_at,
      evidence_expires_at, total_requests - total_used
    FROM budgets WHERE grant_id = $1 ORDER BY target
    """)
}
