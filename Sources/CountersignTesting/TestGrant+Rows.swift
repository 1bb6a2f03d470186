import Domain
import Ledger
import Postgres
import Store

extension TestGrant {
  /// Writes every row that the schema wants to see behind a budget.
  func insert(
    _ terms: Terms, at now: Timestamp, in tx: borrowing Transaction
  ) async throws {
    let round = RoundID.make(at: now)
    let revision = RevisionID.make(at: now)
    let content = Array(#"{"title":"test"}"#.utf8)
    let digest = Digest.sha256(of: content)
    let since = now.adding(seconds: -86_400)
    tx.write(TestGrantRows.policy, [.bytes(content), .digest(digest), .instant(since)])
    tx.write(TestGrantRows.proposal, [.id(proposal), .id(requester.id), .instant(since)])
    tx.write(
      TestGrantRows.revision,
      [
        .id(revision), .id(proposal), .id(requester.id), .bytes(content), .digest(digest),
        .textArray(terms.hosts), .instant(since),
      ])
    tx.write(
      TestGrantRows.round,
      [
        .id(round), .id(proposal), .id(revision), .digest(digest), .id(requester.id),
        .instant(since), .instant(now.adding(seconds: 86_400)),
        .text(terms.tier), .bytes(content),
      ])
    let endsAt = now.adding(seconds: 30 * 86_400)
    let shown = try shown(terms, until: endsAt)
    let event = EventID.make(at: now)
    tx.write(TestGrantRows.stream, [.text(round.text)])
    tx.write(TestGrantRows.event, [.id(event), .text(round.text), .instant(since)])
    approve(round, digest, event, at: since, in: tx)
    tx.write(
      TestGrantRows.grant,
      [
        .id(grant), .id(proposal), .id(round), .digest(digest), .text(terms.tier),
        .instant(since), .instant(endsAt),
        .textArray(terms.buildDigests), .text(terms.tokenBlocks), .bytes(shown.bytes()),
      ])
    tx.write(TestGrantRows.grantPool, [.id(grant), .id(pool.id)])
    tx.write(
      TestGrantRows.transition,
      [
        .id(grant), .text("grant"), .int64(1), .text("approved"), .text("scheduled"),
        .id(event), .instant(since),
      ])
    tx.write(
      TestGrantRows.scope,
      [
        .id(budget), .int64(terms.rate.microRPS), .int64(terms.burst),
        .int64(terms.concurrency), .int64(terms.workers), .int64(terms.dailyRequests),
        .text(terms.timeZone), .text(terms.windows), .instant(since),
      ])
    try await tx.execute(
      TestGrantRows.budget,
      [
        .id(budget), .id(grant), .textArray(terms.hosts), .instant(since),
        .instant(endsAt), .int64(terms.totalRequests),
      ], rows: 1)
  }

  /// The numbers as a grant shows them.
  private func shown(_ terms: Terms, until endsAt: Timestamp) throws -> JSON {
    let windows =
      terms.windows == "always"
      ? WindowSet.always.json : try JSONParser.parse(Array(terms.windows.utf8))
    return [
      "budgets": [
        [
          "id": JSON(budget), "target": 0, "max_rps": JSON(terms.rate),
          "burst": JSON(terms.burst), "max_concurrency": JSON(terms.concurrency),
          "max_workers": JSON(terms.workers), "daily_requests": JSON(terms.dailyRequests),
          "time_zone": .string(terms.timeZone), "windows": windows, "ends_at": JSON(endsAt),
          "set_by": [:],
        ]
      ]
    ]
  }

  /// Opens the round, signs both seats and approves it.
  private func approve(
    _ round: RoundID, _ digest: Digest, _ event: EventID, at since: Timestamp,
    in tx: borrowing Transaction
  ) {
    tx.write(
      TestGrantRows.transition,
      [
        .id(round), .text("round"), .int64(1), .text("draft"), .text("in_review"), .id(event),
        .instant(since),
      ])
    for role in [Role.legalReviewer, .riskReviewer] {
      tx.write(
        TestGrantRows.signature,
        [
          .id(PersonID.make(at: since)), .role(role), .id(DecisionID.make(at: since)), .id(round),
          .digest(digest), .instant(since),
        ])
    }
    tx.write(
      TestGrantRows.transition,
      [
        .id(round), .text("round"), .int64(2), .text("in_review"), .text("approved"),
        .id(event), .instant(since),
      ])
  }
}

/// The statements of `TestGrant`.
private enum TestGrantRows {
  static let policy = Statement(
    """
    INSERT INTO policies (version, bytes, digest, activated_at) VALUES (1, $1, $2, $3)
    ON CONFLICT (version) DO NOTHING
    """)

  static let proposal = Statement(
    "INSERT INTO proposals (id, requester, created_at) VALUES ($1, $2, $3)")

  static let revision = Statement(
    """
    INSERT INTO revisions (id, proposal, n, author, content, digest, title, owner, deputy,
      maintainer, hosts, created_at)
    VALUES ($1, $2, 1, $3, $4, $5, 'test', $3, $3, $3, $6, $7)
    """)

  static let round = Statement(
    """
    INSERT INTO rounds (id, proposal, n, revision, digest, policy, tier, assessment, opened_by,
      opened_at, respond_by, decide_by)
    VALUES ($1, $2, 1, $3, $4, 1, $8, $9, $5, $6, $7, $7)
    """)

  static let stream = Statement(
    "INSERT INTO streams (id, seq, head) VALUES ($1, 1, sha256('\\x00'::bytea))")

  static let event = Statement(
    """
    INSERT INTO events (id, stream, seq, prev, type, object_type, object_id, actor, bytes,
      leaf_hash, recorded_at)
    VALUES ($1, $2, 1, sha256(''::bytea), 'test', 'round', $2, 'service', '',
      sha256('\\x00'::bytea), $3)
    """)

  /// A seat, somebody new who holds its role, and their approval.
  static let signature = Statement(
    """
    WITH signer AS (
      INSERT INTO people (id, identity, name, email, active, version, created_at)
      VALUES ($1, $1, $2, $1::typeid || '@signer.example', true, 1, $6)
    ), held AS (
      INSERT INTO role_assignments (person, role, given_at, given_by)
      VALUES ($1, $2, $6, 'service')
    ), opened AS (
      INSERT INTO round_seats (round, role) VALUES ($4, $2)
    )
    INSERT INTO decisions (id, round, person, identity, role, verdict, digest, auth_method,
      auth_level, attempt, seat, decided_at)
    VALUES ($3, $4, $1, $1, $2, 'approve', $5, 'personal_token', 'token', 1, 1, $6)
    """)

  static let transition = Statement(
    """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  static let grant = Statement(
    """
    INSERT INTO grants (id, proposal, round, digest, tier, starts_at, ends_at, build_digests,
      token_blocks, terms, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $6)
    """)

  static let grantPool = Statement(
    "INSERT INTO grant_pools (grant_id, pool) VALUES ($1, $2)")

  static let scope = Statement(
    """
    INSERT INTO scopes (id, kind, max_urps, burst, max_concurrency, max_workers,
      daily_requests, time_zone, windows, last_clock)
    VALUES ($1, 'budget', $2, $3, $4, $5, $6, $7, $8, $9)
    """)

  static let budget = Statement(
    """
    INSERT INTO budgets (id, grant_id, target, hosts, path_prefixes, methods, starts_at,
      ends_at, total_requests)
    VALUES ($1, $2, 0, $3, '{/}', '{GET,HEAD}', $4, $5, $6)
    """)
}
