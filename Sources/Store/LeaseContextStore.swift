package import Domain
package import Postgres

/// A lease with the grant and the budget behind it and the sites that it charges.
package struct LeaseContext: Sendable {
  package let view: LeaseView
  /// Within the budget's days.
  package let grant: GrantFacts
  package let budget: Budget
  /// The issuer of tokens.
  package let issuer: String
  package let sites: [ChargedSite]
  /// The newest report of it that was counted.
  package let lastReport: LastReport?
  /// When the key was deleted that the lease's term was granted or renewed with.
  package let keyEndedAt: Timestamp?
}

/// What a call about one lease is about, in one round trip.
package enum LeaseContextStore {
  package static func find(
    _ id: LeaseID, suffixes: PublicSuffixes, in tx: borrowing Transaction
  ) async throws -> LeaseContext? {
    let answers = try await tx.query(statements([id]))
    return try contexts(answers[...], suffixes: suffixes)[id]
  }

  /// What `find` asks of one lease or more; whoever knows early that it will may say so.
  package static func statements(_ ids: [LeaseID]) -> [Lookup] {
    [Lookup(select, [.ids(ids)]), Lookup(ChargedSiteStore.selectOfLeases, [.ids(ids)])]
  }

  /// What the two statements were answered; leases that do not exist are absent.
  package static func contexts(
    _ answers: ArraySlice<Rows>, suffixes: PublicSuffixes
  ) throws -> [LeaseID: LeaseContext] {
    let sites = try ChargedSiteStore.sites(answers[answers.startIndex + 1])
    var found: [LeaseID: LeaseContext] = [:]
    for row in answers[answers.startIndex] {
      let view = try LeaseStore.view(row)
      let budget = try GrantFactsStore.budget(row, from: 46, suffixes: suffixes)
      found[view.lease.id] = LeaseContext(
        view: view, grant: try GrantFactsStore.facts(row, from: 29).within(budget),
        budget: budget, issuer: try row.text(56), sites: sites[view.lease.id] ?? [],
        lastReport: try BreakerStore.lastReport(row, from: 57),
        keyEndedAt: try row.instantOrNil(60))
    }
    return found
  }

  static let select = Statement(
    """
    SELECT l.id, l.grant_id, l.budget, l.pool, l.worker, l.enforcement_point, l.credential,
      l.hosts, l.build_digest, l.started_at, l.term, l.urps, l.burst, l.concurrency, l.quota,
      l.day, l.wants_urps, l.issued_at, l.expires_at, l.previous_urps, l.previous_burst,
      l.previous_concurrency, l.previous_expires_at, l.ended_at, l.ended_as, l.frees_at,
      e.name, w.name, g.proposal,
      g.id, g.proposal, g.digest, g.tier, g.starts_at, g.ends_at,
      array(SELECT p.pool::text FROM grant_pools p WHERE p.grant_id = g.id ORDER BY p.pool),
      g.build_digests, g.token_blocks, t.to_state, t.at, h.ends_at, h.replaced_at,
      h.evidence_expires_at, h.attestation_missed_at, h.party_gone_at,
      array(SELECT DISTINCT s.cause FROM suspensions s WHERE s.grant_id = h.grant_id
        AND NOT EXISTS (SELECT FROM suspension_lifts l WHERE l.suspension = s.event)),
      b.id, b.grant_id, b.target, b.hosts, b.path_prefixes, b.methods, b.starts_at, b.ends_at,
      b.evidence_expires_at, b.total_requests - b.total_used, (SELECT issuer FROM service),
      l.reported_term, l.reported_to, l.reported_at, c.revoked_at
    FROM leases l
    JOIN credentials c ON c.id = l.credential
    JOIN workers w ON w.id = l.worker
    JOIN grants g ON g.id = l.grant_id
    JOIN grant_standings h ON h.grant_id = g.id
    JOIN budgets b ON b.id = l.budget
    CROSS JOIN LATERAL (
      SELECT to_state, at FROM transitions WHERE object = l.grant_id
      ORDER BY seq DESC LIMIT 1) t
    LEFT JOIN gateways e ON e.id = l.enforcement_point
    WHERE l.id = ANY ($1)
    """)
}
