import CountersignTesting
import Domain
import Testing

@Suite("the schema: no lease and no budget of nothing or less (budgets.md)")
struct SchemaQuantitiesTests {
  @Test("a lease has a rate, a burst, a place, a quota and a wish, each above zero")
  func leases() async throws {
    try await Psql.withLease { _, lease, psql in
      for column in ["urps", "burst", "concurrency", "quota", "wants_urps", "term"] {
        for value in [0, -1] {
          let sql = "UPDATE leases SET \(column) = \(value) WHERE id = '\(lease.text)'"
          // No term is acknowledged before it is there.
          let isAcknowledged = column == "term" && value < 0
          try psql.expect(sql, isAcknowledged ? "leases_acknowledged" : "leases_\(column)_check")
        }
        let sql = "UPDATE leases SET \(column) = 1 WHERE id = '\(lease.text)'"
        try psql.expect(sql, Psql.accepted)
      }
    }
  }

  @Test("so has every term in the journal")
  func terms() async throws {
    try await Psql.withLease { _, _, psql in
      let columns = ["term", "urps", "burst", "concurrency", "quota"]
      for wrong in columns {
        for value in [0, -1] {
          let values = columns.map { $0 == wrong ? "\(value)" : "term + 1" }
          let sql = """
            INSERT INTO lease_terms (lease, day, issued_at, expires_at,
              \(columns.joined(separator: ", ")))
            SELECT lease, day, issued_at, expires_at, \(values.joined(separator: ", "))
            FROM lease_terms
            """
          try psql.expect(sql, "lease_terms_\(wrong)_check")
        }
      }
    }
  }

  @Test("what is left over, spent or kept back is never below zero, and ends lie after starts")
  func others() async throws {
    let rows = [
      (
        "UPDATE leases SET previous_urps = -1, previous_expires_at = now()",
        "leases_previous_urps_check"
      ),
      ("UPDATE leases SET previous_burst = -1", "leases_previous_burst_check"),
      ("UPDATE leases SET previous_concurrency = -1", "leases_previous_concurrency_check"),
      ("UPDATE leases SET expires_at = issued_at", "leases_check"),
      ("UPDATE leases SET return_report = '{}'", "leases_check1"),
      ("UPDATE leases SET ended_at = now()", "leases_check2"),
      ("UPDATE scopes SET max_urps = -1", "scopes_max_urps_check"),
      ("UPDATE scopes SET daily_requests = -1", "scopes_daily_requests_check"),
      ("UPDATE scope_days SET used = -1", "scope_days_used_check"),
      ("UPDATE scope_days SET reserved = -1", "scope_days_reserved_check"),
      ("UPDATE budgets SET total_used = total_requests + 1", "budgets_check1"),
      ("UPDATE budgets SET total_used = -1", "budgets_check1"),
      ("UPDATE budgets SET ends_at = starts_at", "budgets_check"),
      ("UPDATE budgets SET total_used = total_requests", Psql.accepted),
    ]
    try await Psql.withLease { _, _, psql in
      for (sql, answer) in rows {
        try psql.expect(sql, answer)
      }
    }
  }
}
