import Domain
import Postgres

/// A breaker as its row has it.
struct BreakerRow {
  let phase: String
  var since: Timestamp?
  var until: Timestamp?
  var causes: [String] = []
  var liftedBy: String?
  var probe: Breaker.Probe?
  let tallies: [Int64]
  /// 0: not measured; nil: nobody looked.
  let baseline: Int64?

  init(_ breaker: Breaker) {
    switch breaker.stored {
    case .closed: phase = "closed"
    case .open(let opening):
      phase = "open"
      since = opening.since
      until = opening.until
      causes = opening.causes.map(\.rawValue)
      liftedBy = opening.lifting.rawValue
    case .halfOpen(let since, let probe):
      phase = "half_open"
      self.since = since
      self.probe = probe
    case .ramping(let since):
      phase = "ramping"
      self.since = since
    }
    tallies = breaker.evidence.tallies.flatMap { tally in
      [
        tally.second, tally.requests, tally.errors, tally.badRequests, tally.badErrors,
        tally.failures, tally.answers,
      ]
    }
    switch breaker.baseline {
    case .unknown: baseline = nil
    case .unmeasured: baseline = 0
    case .measured(let milliseconds): baseline = max(1, milliseconds)
    }
  }
}

extension BreakerStore {
  static func breaker(_ row: Row) throws -> Breaker {
    let baseline: Breaker.Baseline =
      switch try row.int64OrNil(13) {
      case nil: .unknown
      case 0?: .unmeasured
      case let milliseconds?: .measured(milliseconds: milliseconds)
      }
    return Breaker(
      budget: try row.identifier(0, of: BudgetKind.self), host: try Host(try row.text(1)),
      stored: try phase(row),
      openings: try row.int64Array(9).map { Timestamp(microseconds: $0 * 1_000_000) },
      backOff: try row.int64(10), quietFrom: try row.instantOrNil(11),
      evidence: try evidence(row), baseline: baseline)
  }

  private static func phase(_ row: Row) throws -> Breaker.Phase {
    switch try row.text(2) {
    case "closed": return .closed
    case "open":
      return .open(
        Breaker.Opening(
          since: try row.instant(3), until: try row.instant(4),
          causes: try row.textArray(5).map { try row.decoded(5, BreakerCause(rawValue: $0)) },
          lifting: try row.decoded(6, Breaker.Lifting(rawValue: try row.text(6)))))
    case "half_open":
      let probe = try row.identifierOrNil(7, of: LeaseKind.self)
      return .halfOpen(
        since: try row.instant(3),
        probe: try probe.map { Breaker.Probe(lease: $0, freesAt: try row.instant(8)) })
    case "ramping": return .ramping(since: try row.instant(3))
    default: return try row.decoded(2, nil)
    }
  }

  private static func evidence(_ row: Row) throws -> BreakerEvidence {
    let numbers = try row.int64Array(12)
    let tallies = stride(from: 0, to: numbers.count - 6, by: 7).map { at in
      var tally = BreakerEvidence.Tally(second: numbers[at])
      tally.requests = numbers[at + 1]
      tally.errors = numbers[at + 2]
      tally.badRequests = numbers[at + 3]
      tally.badErrors = numbers[at + 4]
      tally.failures = numbers[at + 5]
      tally.answers = numbers[at + 6]
      return tally
    }
    return BreakerEvidence(failuresBefore: try row.int64(15), tallies: tallies)
  }

  static let select = Statement(
    """
    SELECT budget, host, phase, since, until, causes, lifted_by, probe, probe_frees_at, openings,
      back_off, quiet_from, tallies, baseline_ms, NULL, failures_before
    FROM breakers WHERE budget = $1 AND host = ANY ($2)
    """)

  static let selectOfGrant = Statement(
    """
    SELECT k.budget, k.host, k.phase, k.since, k.until, k.causes, k.lifted_by, k.probe,
      k.probe_frees_at, k.openings, k.back_off, k.quiet_from, k.tallies, k.baseline_ms,
      b.grant_id, k.failures_before
    FROM budgets b JOIN breakers k ON k.budget = b.id
    WHERE b.grant_id = $1 ORDER BY k.budget, k.host
    """)

  static let selectPage = Statement(
    """
    SELECT k.budget, k.host, k.phase, k.since, k.until, k.causes, k.lifted_by, k.probe,
      k.probe_frees_at, k.openings, k.back_off, k.quiet_from, k.tallies, k.baseline_ms,
      b.grant_id, k.failures_before
    FROM breakers k JOIN budgets b ON b.id = k.budget
    WHERE (k.budget, k.host) > ($1, $2)
      AND ($3::text IS NULL OR b.grant_id = $3)
      AND ($4::text IS NULL OR k.host = $4 OR right(k.host, length($4) + 1) = '.' || $4)
    ORDER BY k.budget, k.host LIMIT $5
    """)

  static let lockScopes = Statement(
    """
    SELECT c.id FROM scopes c WHERE c.id IN (SELECT id FROM budgets WHERE grant_id = $1)
    ORDER BY c.id FOR UPDATE OF c
    """)

  static let selectHolds = Statement(
    """
    SELECT s.host, c.hold_until
    FROM scopes c JOIN sites s ON s.id = c.id
    WHERE c.hold_until > $2 AND (s.host = ANY ($1) OR EXISTS (
      SELECT FROM site_aliases a WHERE a.site = s.id AND a.host = ANY ($1)))
    ORDER BY s.host
    """)

  static let selectBaselines = Statement(
    """
    SELECT i.host,
      max((convert_from(i.record, 'UTF8')::jsonb ->> 'elapsed_ms')::bigint)
    FROM budgets b
    JOIN grants g ON g.id = b.grant_id
    JOIN rounds r ON r.id = g.round
    JOIN dossier_items i ON i.revision = r.revision AND i.kind = 'response_time'
    WHERE b.id = $1 AND i.host = ANY ($2)
      AND convert_from(i.record, 'UTF8')::jsonb ->> 'outcome' = 'answered'
    GROUP BY i.host
    """)

  static let upsert = Statement(
    """
    INSERT INTO breakers (budget, host, phase, since, until, causes, lifted_by, probe,
      probe_frees_at, openings, back_off, quiet_from, failures_before, tallies, baseline_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    ON CONFLICT (budget, host) DO UPDATE SET phase = excluded.phase, since = excluded.since,
      until = excluded.until, causes = excluded.causes, lifted_by = excluded.lifted_by,
      probe = excluded.probe, probe_frees_at = excluded.probe_frees_at,
      openings = excluded.openings, back_off = excluded.back_off,
      quiet_from = excluded.quiet_from, failures_before = excluded.failures_before,
      tallies = excluded.tallies, baseline_ms = excluded.baseline_ms
    """)

  static let updateHold = Statement(
    "UPDATE scopes SET hold_until = greatest(hold_until, $2) WHERE id = $1")

  static let updateLastReport = Statement(
    """
    UPDATE leases SET reported_term = $2, reported_to = $3, reported_at = $4 WHERE id = $1
    """)
}
