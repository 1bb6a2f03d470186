import CountersignTesting
import Domain
import Testing

@Suite("the schema: incidents")
struct SchemaIncidentsTests {
  private static let event = "(SELECT min(id) FROM events)"

  /// An incident that a person opened, or that the service found.
  private static func incident(_ id: String, by person: String? = nil, cause: String = "breaker")
    -> String
  {
    let next = """
      (SELECT coalesce(max(occurrence), 0) + 1 FROM incidents WHERE cause = '\(cause)')
      """
    let source = person != nil ? "complaint" : cause == "breaker" ? "breaker" : "service"
    let found = person != nil ? "NULL, NULL, NULL" : "'\(cause)', 'example.com', \(next)"
    return """
      INSERT INTO incidents (id, source, cause, subject, occurrence, summary, noticed_at, opened_by,
        opened_at, event)
      VALUES ('\(id)', '\(source)', \(found), 'they called', now(),
        \(person.map { "'\($0)'" } ?? "NULL"), now(), \(event));
      """
  }

  private static func entry(_ id: String, _ n: Int, _ stage: String) -> String {
    """
    INSERT INTO incident_entries (incident, n, stage, note, meets, event, at)
    VALUES ('\(id)', \(n), '\(stage)', 'x', '{}', \(event), now());
    """
  }

  private static func close(_ id: String, by person: String) -> String {
    """
    INSERT INTO incident_closures (incident, person, identity, event, closed_at)
    VALUES ('\(id)', '\(person)', '\(person)', \(event), now());
    """
  }

  private static func link(_ id: String, _ n: Int, _ column: String, _ value: String) -> String {
    """
    INSERT INTO incident_links (incident, n, \(column), event, at)
    VALUES ('\(id)', \(n), '\(value)', \(event), now());
    """
  }

  @Test("it is closed after a recovery, by a role, by no party, and stays as it was")
  func closing() async throws {
    try await Psql.withLease { grant, _, psql in
      let id = newID(IncidentKind.self)
      let party = grant.requester.id.text
      let signer = try psql.value("SELECT min(person) FROM decisions")
      let open = Self.incident(id, by: party) + Self.entry(id, 1, "identification")
      let ready = open + Self.entry(id, 2, "recovery")
      let closed = ready + Self.close(id, by: signer)
      let about = Self.link(id, 1, "grant_id", grant.grant.text)
      let operates = """
        INSERT INTO role_assignments (person, role, given_at, given_by)
        VALUES ('\(party)', 'operator', now(), 'service');
        """
      let rows: [(String, String)] = [
        (closed, Psql.accepted), (open + Self.close(id, by: signer), "incident_closures_recovery"),
        (ready + Self.close(id, by: party), "incident_closures_role"),
        (operates + ready + Self.close(id, by: party), Psql.accepted),
        (operates + ready + about + Self.close(id, by: party), "incident_closures_no_party"),
        (closed + Self.entry(id, 3, "impact"), "incidents_closed"),
        (closed + about, "incidents_closed"),
        (
          closed + """
            INSERT INTO incident_owners (incident, person, event, at)
            VALUES ('\(id)', '\(party)', \(Self.event), now());
            """, "incidents_closed"
        ),
        (closed + Self.close(id, by: signer), "incident_closures_pkey"),
        (
          "UPDATE people SET active = false WHERE id = '\(signer)';" + closed,
          "incident_closures_role"
        ),
      ]
      for (sql, answer) in rows { try psql.expect(sql, answer) }
    }
  }

  @Test("of one finding one is open; people's have no cause, the service's no opener")
  func occurrences() async throws {
    try await Psql.withLease { grant, _, psql in
      let person = grant.requester.id.text
      let signer = try psql.value("SELECT min(person) FROM decisions")
      let ids = (0..<3).map { _ in newID(IncidentKind.self) }
      let first = Self.incident(ids[0])
      let over =
        first + Self.entry(ids[0], 1, "recovery") + Self.close(ids[0], by: signer)
      let rows: [(String, String)] = [
        (first + Self.incident(ids[1]), "incidents_one_open"),
        (over + Self.incident(ids[1]), Psql.accepted),
        (first + Self.incident(ids[1], cause: "clock_step"), Psql.accepted),
        (Self.incident(ids[0], cause: "unheard_of"), "incidents_cause_check"),
        (
          first.replacing("'breaker', 'example.com'", with: "'quarantine', 'example.com'"),
          "incidents_source"
        ),
        (
          Self.incident(ids[0], by: person).replacing(
            "NULL, NULL, NULL", with: "'breaker', 'x', 1"), "incidents_opened_by"
        ),
        (
          first.replacing(
            "NULL, now()", with: "'\(person)', now()"), "incidents_opened_by"
        ),
        (
          first.replacing("'they called', now()", with: "'they called', now() + interval '1 s'"),
          "incidents_noticed"
        ),
      ]
      for (sql, answer) in rows { try psql.expect(sql, answer) }
    }
  }

  @Test("entries are numbered without a gap, an impact belongs to one, a lock to one incident")
  func parts() async throws {
    try await Psql.withLease { grant, _, psql in
      let person = grant.requester.id.text
      let (one, two) = (newID(IncidentKind.self), newID(IncidentKind.self))
      let lock = newID(LockKind.self)
      let open =
        Self.incident(one, by: person) + Self.incident(two, by: person)
        + Self.entry(one, 1, "identification")
      let place = """
        INSERT INTO locks (id, scope_kind, reason, locked_by, identity, roles, locked_at)
        VALUES ('\(lock)', 'everything', 'stop', '\(person)', '\(person)', '{operator}', now());
        """
      let impact = """
        INSERT INTO incident_impacts (incident, n, site, from_at, to_at, service,
          requests_reported, requests_unreported_max)
        VALUES ('\(one)', %, 'example.com', now() - interval '1 h', now(), 'unavailable', 0, 0);
        """
      let rows: [(String, String)] = [
        (open + Self.entry(one, 3, "impact"), "incident_entries_incident_before_fkey"),
        (open + Self.entry(one, 1, "impact"), "incident_entries_pkey"),
        (open + Self.entry(one, 2, "cleanup"), "incident_entries_stage_check"),
        (open + Self.entry(one, 2, "impact") + impact.replacing("%", with: "2"), Psql.accepted),
        (open + impact.replacing("%", with: "1"), "incident_impacts_incident_n_stage_fkey"),
        (
          open + place + Self.link(one, 1, "lock", lock) + Self.link(two, 1, "lock", lock),
          "incident_links_one_per_lock"
        ),
        (
          open + place
            + Self.link(one, 1, "lock", lock).replacing("lock, event", with: "lock, site, event")
            .replacing("'\(lock)', ", with: "'\(lock)', 'example.com', "),
          "incident_links_one_thing"
        ),
        (
          open + Self.link(one, 1, "site", "example.com")
            + Self.link(one, 2, "site", "example.com"), "incident_links_site"
        ),
        (
          open + Self.link(one, 1, "grant_id", newID(GrantKind.self)),
          "incident_links_grant_id_fkey"
        ),
      ]
      for (sql, answer) in rows { try psql.expect(sql, answer) }
    }
  }

  @Test("a granted host and a site meet when one host lies in both")
  func hosts() async throws {
    try await Psql.withLease { _, _, psql in
      let rows: [(String, String, String)] = [
        ("www.example.com", "www.example.com", "t"), ("www.example.com", "example.com", "t"),
        ("example.com", "www.example.com", "f"), ("wwwexample.com", "example.com", "f"),
        ("*.example.com", "example.com", "t"), ("*.example.com", "a.b.example.com", "t"),
        ("*.example.com", "aexample.com", "f"), ("*.a.example.com", "b.example.com", "f"),
        ("*.a.example.com", "example.com", "t"),
      ]
      for (granted, site, answer) in rows {
        let met = try psql.value("SELECT host_meets('\(granted)', '\(site)')")
        #expect(met == answer, "\(granted) \(site)")
      }
    }
  }
}
