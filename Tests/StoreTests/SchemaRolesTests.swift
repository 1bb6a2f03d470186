import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("the schema: roles (R8, R12)")
struct SchemaRolesTests {
  private static func gives(
    _ role: Role, to person: PersonID, by first: PersonID, and second: PersonID? = nil
  ) -> String {
    let seconded = second.map { "'\($0.text)'" } ?? "NULL"
    return """
      INSERT INTO role_assignments (person, role, given_at, given_by, seconded_by)
      VALUES ('\(person.text)', '\(role.rawValue)', now(), '\(first.text)', \(seconded));
      """
  }

  @Test("R12: two administrators, two human beings, give a deciding role or their own")
  func twoAdministrators() async throws {
    try await Psql.withScene { scene, psql in
      let (one, deputy) = (scene.administrator.id, scene.deputy.id)
      let two = try await scene.service.makePerson("admin2", .administrator).id
      let input = CreatePerson.Input(
        name: "admin", email: "admin3@test.example", samePersonAs: one)
      let again = try await scene.service.bootstrap(CreatePerson(input: input)).person.id
      for role in Role.deciding + [.administrator] {
        let rows: [(PersonID?, String)] = [
          (nil, "role_takes_two"), (one, "role_assignments_check2"), (again, "role_takes_two"),
          (two, Psql.accepted),
        ]
        for (second, answer) in rows {
          let sql = Self.gives(role, to: deputy, by: one, and: second)
          try psql.expect(sql, answer, "\(role) \(answer)")
        }
      }
      for role in [Role.requester, .operator, .auditor] {
        try psql.expect(Self.gives(role, to: deputy, by: one), Psql.accepted)
      }
      let unknown = Self.gives(.legalReviewer, to: deputy, by: one)
        .replacing("NULL", with: "'somebody'")
      try psql.expect(unknown, "role_takes_two")
    }
  }

  @Test("R12: administrator excludes deciding roles, in either order and over all accounts")
  func exclusion() async throws {
    try await Psql.withScene { scene, psql in
      let (one, legal) = (scene.administrator.id, scene.legal.id)
      let two = try await scene.service.makePerson("admin2", .administrator).id
      let input = CreatePerson.Input(
        name: "legal", email: "legal2@test.example", samePersonAs: legal)
      let again = try await scene.service.bootstrap(CreatePerson(input: input)).person.id
      let pairs = [
        (Role.riskReviewer, one), (.administrator, legal), (.administrator, again),
      ]
      for (role, person) in pairs {
        let sql = Self.gives(role, to: person, by: one, and: two)
        try psql.expect(sql, "role_excluded", "\(role)")
      }
      let service = Self.gives(.administrator, to: legal, by: one)
        .replacing("'\(one.text)'", with: "'service'")
      try psql.expect(service, "role_excluded")
      let twice = Self.gives(.legalReviewer, to: legal, by: one, and: two)
      try psql.expect(twice, "role_assignments_held")
    }
  }

  @Test("R8: since when somebody holds a role is never changed; it is taken once and kept")
  func keeping() async throws {
    try await Psql.withScene { scene, psql in
      let held = "WHERE person = '\(scene.legal.id.text)'"
      let takes = "UPDATE role_assignments SET taken_at = now(), taken_by = 'service' \(held);"
      try psql.expect(takes, Psql.accepted)
      let refused = [
        "UPDATE role_assignments SET given_at = given_at - interval '1 day' \(held)",
        "UPDATE role_assignments SET role = 'risk_reviewer' \(held)",
        "UPDATE role_assignments SET seconded_by = 'somebody' \(held)",
        takes + "UPDATE role_assignments SET taken_at = NULL, taken_by = NULL \(held)",
        "DELETE FROM role_assignments", "TRUNCATE role_assignments",
      ]
      for sql in refused {
        #expect(try psql.answer(sql).contains("role_assignments is append-only"), "\(sql)")
      }
    }
  }
}
