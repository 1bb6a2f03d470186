import CountersignTesting
import Domain
import Testing

@Suite("the schema: terms go when they are over, and what was sent stays")
struct SchemaSettlementTests {
  @Test("a term that may be in use is not deleted, and none is changed")
  func deleted() async throws {
    try await Psql.withLease { _, _, psql in
      try psql.expect("DELETE FROM lease_terms", "lease_terms_over")
      try psql.run("UPDATE leases SET issued_at = issued_at + interval '1 s'")
      try psql.expect("DELETE FROM lease_terms", "lease_terms_over")
      #expect(
        try psql.answer("UPDATE lease_terms SET quota = 1").contains(
          "lease_terms is append-only: UPDATE refused"))
      #expect(
        try psql.answer("TRUNCATE lease_terms").contains(
          "lease_terms is append-only: TRUNCATE refused"))
    }
  }

  @Test("whoever deletes a term that is over keeps what was sent, by the minute; oldest first")
  func kept() async throws {
    try await Psql.withLease { _, _, psql in
      // The first one is the chain's only real one: it is made old with the others.
      try psql.run("ALTER TABLE lease_terms DISABLE TRIGGER term_stays")
      try psql.run(
        """
        UPDATE lease_terms SET issued_at = issued_at - interval '40 min',
          expires_at = expires_at - interval '40 min'
        """)
      try psql.run("ALTER TABLE lease_terms ENABLE TRIGGER term_stays")
      try psql.run(
        """
        UPDATE leases SET term = 6;
        INSERT INTO lease_terms (lease, term, urps, burst, concurrency, quota, day, issued_at,
          expires_at, report)
        SELECT t.lease, n, t.urps, t.burst, t.concurrency, 10, t.day,
          t.issued_at + (n - 1) * interval '1 min', t.expires_at + (n - 1) * interval '1 min',
          '{"requests": 5, "status": {"200": 4, "404": 1}, "bytes": 100}'
        FROM lease_terms t, generate_series(2, 6) n
        """)
      try psql.expect("DELETE FROM lease_terms WHERE term = 3", "lease_terms_oldest_first")
      let sums = """
        SELECT sum(terms) || ' ' || sum(requests) || ' ' || sum(unreported) || ' '
          || sum(status_4xx) || ' ' || sum(bytes) FROM lease_usage
        """
      let before = try psql.value(sums)
      #expect(before == "6 25 10 5 500")
      try psql.run("DELETE FROM lease_terms WHERE term <= 4")
      #expect(try psql.value(sums) == before)
      #expect(try psql.value("SELECT sum(terms) FROM usage_windows") == "4")
      try psql.run("DELETE FROM lease_terms")
      #expect(try psql.value(sums) == before)
      let windows = [
        "DELETE FROM usage_windows": "usage_windows is append-only: DELETE refused",
        "TRUNCATE usage_windows": "usage_windows is append-only: TRUNCATE refused",
        "UPDATE usage_windows SET requests = requests - 1":
          "usage_windows is append-only: UPDATE refused",
        "UPDATE usage_windows SET to_at = to_at + interval '1 h'":
          "usage_windows is append-only: UPDATE refused",
        "UPDATE usage_windows SET terms = terms + 1, requests = requests - 1":
          "usage_windows is append-only: UPDATE refused",
      ]
      for (sql, answer) in windows { #expect(try psql.answer(sql).contains(answer), "\(sql)") }
    }
  }

  @Test("a settled lease stays as it is, and is settled whole")
  func settled() async throws {
    try await Psql.withLease { _, _, psql in
      try psql.expect("UPDATE leases SET settled_at = now()", "leases_settled")
      try psql.expect("UPDATE leases SET pruned_at = now()", "leases_pruned")
      try psql.expect("UPDATE leases SET used_requests = bound_requests + 1", "leases_bound")
      try psql.expect("UPDATE leases SET used_requests = -1", "leases_used_requests_check")
      try psql.expect("UPDATE leases SET open_quotas = '{}'", "leases_open")
      try psql.run(
        """
        UPDATE leases SET ended_at = now(), ended_as = 'expired', settled_at = now(),
          used_requests = bound_requests, open_quotas = '{}', open_until = '{}'
        """)
      for change in [
        "settled_at = NULL", "used_requests = 0, bound_requests = 0", "ended_as = 'returned'",
        "expires_at = expires_at + interval '1 s'",
      ] {
        let answer = try psql.answer("UPDATE leases SET \(change)")
        #expect(answer.contains("leases is append-only: UPDATE refused"), "\(change)")
      }
      try psql.expect("UPDATE leases SET pruned_at = now()", Psql.accepted)
    }
  }
}
