package import Domain
package import Postgres

/// Grants with their budgets; their state is in `transitions`.
package enum GrantStore {
  package static func find(
    _ id: GrantID, in tx: borrowing Transaction
  ) async throws -> GrantRecord? {
    try await tx.oneOrNil(selectOne, [.id(id)]).map(grant)
  }

  /// All grants of a proposal, oldest first.
  package static func list(
    of proposal: ProposalID, in tx: borrowing Transaction
  ) async throws -> [GrantRecord] {
    try await tx.query(selectOfProposal, [.id(proposal)]).map(grant)
  }

  /// Grants after an id in order of id.
  ///
  /// - Parameters:
  ///   - status: the state at `now`; nil for any.
  ///   - site: only those with a host at or under it.
  package static func list(
    after id: String, status: GrantState?, site: Host?, limit: Int64, now: Timestamp,
    in tx: borrowing Transaction
  ) async throws -> [GrantRecord] {
    try await tx.query(
      selectPage,
      [
        .text(id), .optional(text: status?.rawValue), .optional(text: site?.text),
        .instant(now), .int64(limit),
      ]
    ).map(grant)
  }

  /// Creates the grant with its budgets, each a scope of its own.
  package static func record(
    _ ruling: Ruling<Grant>, in tx: borrowing Transaction
  ) async throws {
    let grant = ruling.subject
    try await tx.execute(
      insert,
      [
        .id(grant.id), .id(grant.proposal), .id(grant.round), .digest(grant.digest),
        .text(grant.tier.description), .instant(grant.startsAt), .instant(grant.endsAt),
        .textArray((grant.buildDigests ?? []).map(\.description)),
        .text(String(decoding: grant.tokenBlocksJSON.bytes(), as: UTF8.self)),
        .bytes(try grant.termsJSON.canonicalBytes()), .instant(grant.createdAt),
      ], rows: 1)
    for pool in grant.pools { tx.write(insertPool, [.id(grant.id), .id(pool)]) }
    for budget in grant.budgets { record(budget, of: grant, in: tx) }
    tx.write(
      updateStanding,
      [
        .id(grant.id), .instant(grant.budgets.compactMap(\.evidenceExpiresAt).min()),
        .instant(GrantInstants.attestationMissed(after: grant.startsAt)),
      ])
    let event = try await LogStore.append(ruling.entry, in: tx)
    TransitionStore.append(
      grant.id, from: RoundState.approved.rawValue, to: GrantState.scheduled.rawValue,
      event: event, at: ruling.entry.at, in: tx)
  }

  package static func record(
    _ ruling: Ruling<GrantRevocation>, because reason: String, in tx: borrowing Transaction
  ) async throws {
    let event = try await LogStore.append(ruling.entry, in: tx)
    LogStore.insertReason(reason, of: event, in: tx)
    TransitionStore.append(
      ruling.subject.grant, from: ruling.subject.from.rawValue,
      to: GrantState.revoked.rawValue, event: event, at: ruling.subject.at, in: tx)
    EpochStore.bump(
      .grant(ruling.subject.grant), for: .revocation, because: event, at: ruling.subject.at,
      in: tx)
  }

  private static func record(
    _ budget: GrantedBudget, of grant: Grant, in tx: borrowing Transaction
  ) {
    tx.write(
      insertScope,
      [
        .id(budget.id), .int64(budget.maxRate.microRPS), .int64(budget.burst),
        .int64(budget.maxConcurrency), .int64(budget.maxWorkers),
        .int64(budget.dailyRequests), .text(budget.timeZone),
        .text(SiteStore.windowsText(budget.windows)), .instant(grant.createdAt),
      ])
    tx.write(
      insertBudget,
      [
        .id(budget.id), .id(grant.id), .int64(Int64(budget.target)), .textArray(budget.hosts),
        .textArray(budget.pathPrefixes), .textArray(budget.methods),
        .instant(budget.startsAt), .instant(budget.endsAt), .int64(budget.totalRequests),
        .instant(budget.evidenceExpiresAt),
      ])
  }

  static let selectOne = Statement(
    """
    SELECT id, proposal, digest, starts_at, recorded, recorded_at, ends_at, replaced_at,
      evidence_expires_at, attestation_missed_at, party_gone_at, spent_at, suspensions, round,
      tier, pools, build_digests, token_blocks, terms, hosts, created_at, owner, deputy,
      maintainer, attested_at, replaced_by
    FROM grant_records WHERE id = $1
    """)

  static let selectOfProposal = Statement(
    """
    SELECT id, proposal, digest, starts_at, recorded, recorded_at, ends_at, replaced_at,
      evidence_expires_at, attestation_missed_at, party_gone_at, spent_at, suspensions, round,
      tier, pools, build_digests, token_blocks, terms, hosts, created_at, owner, deputy,
      maintainer, attested_at, replaced_by
    FROM grant_records WHERE proposal = $1 ORDER BY id
    """)

  static let selectPage = Statement(
    """
    SELECT id, proposal, digest, starts_at, recorded, recorded_at, ends_at, replaced_at,
      evidence_expires_at, attestation_missed_at, party_gone_at, spent_at, suspensions, round,
      tier, pools, build_digests, token_blocks, terms, hosts, created_at, owner, deputy,
      maintainer, attested_at, replaced_by
    FROM grant_records g
    WHERE g.id > $1
      AND ($2::text IS NULL OR $2::text = grant_state(g.id, g.starts_at, $4))
      AND ($3::text IS NULL OR EXISTS (
        SELECT FROM unnest(g.hosts) h
        WHERE h = $3::text OR right(h, length($3::text) + 1) = '.' || $3::text))
    ORDER BY g.id LIMIT $5
    """)

  static let insert = Statement(
    """
    INSERT INTO grants (id, proposal, round, digest, tier, starts_at, ends_at, build_digests,
      token_blocks, terms, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    """)

  static let insertPool = Statement(
    "INSERT INTO grant_pools (grant_id, pool) VALUES ($1, $2)")

  static let insertScope = Statement(
    """
    INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, max_workers, daily_requests,
      time_zone, windows, last_clock)
    VALUES ($1, 'budget', $2, $3, $4, $5, $6, $7, $8, $9)
    """)

  static let insertBudget = Statement(
    """
    INSERT INTO budgets (id, grant_id, target, hosts, path_prefixes, methods, starts_at, ends_at,
      total_requests, evidence_expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    """)

  static let updateStanding = Statement(
    """
    UPDATE grant_standings SET evidence_expires_at = $2, attestation_missed_at = $3
    WHERE grant_id = $1
    """)
}
