import Domain
import HTTP
import HTTPTypes
import Tokens
import Wire
import Workflow

/// People, their enrolment and their roles.
enum PeopleHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/me", me),
    Endpoint(.post, "/v1/people", create),
    Endpoint(.get, "/v1/people", list),
    Endpoint(.get, "/v1/people/{id}", show),
    Endpoint(.patch, "/v1/people/{id}", change),
    Endpoint(.put, "/v1/people/{id}/roles/{role}", giveRole),
    Endpoint(.delete, "/v1/people/{id}/roles/{role}", takeRole),
    Endpoint(.post, "/v1/enrolments", enrol),
  ]

  static func me(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowMe() }) { act in .ok(json(act)) }
  }

  static func create(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> CreatePerson.Input? in
      let name = body.required("name", .name)
      let email = body.required("email", .email)
      let same = body.optional("same_person_as", .identifier(PersonKind.self))
      guard let name, let email else { return nil }
      return CreatePerson.Input(name: name, email: email, samePersonAs: same)
    }
    return try await call.perform({ _ in CreatePerson(input: try body.get()) }) { output in
      guard case .object(var members) = output.person.json(roles: []) else { return .noContent }
      members["enrolment"] = output.enrolment.json(secret: output.secret.text)
      return .created(.object(members)).with(.eTag, etag(output.person))
        .with(.location, "/v1/people/\(output.person.id)")
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListPeople(after: page.after, limit: page.limit + 1)
    }) { people in
      try page.get().answer(people, of: call.request, key: { $0.person.id.text }) {
        $0.person.json(roles: $0.roles)
      }
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in
      ShowPerson(person: try call.identifier("id", of: PersonKind.self, called: "person"))
    }) { view($0, status: 200) }
  }

  static func change(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> ChangePerson.Input? in
      let name = body.optional("name", .name)
      let active = body.optional("active", .bool)
      let same = body.optional("same_person_as", .identifier(PersonKind.self))
      return ChangePerson.Input(name: name, active: active, samePersonAs: same)
    }
    let version = call.ifMatch
    return try await call.perform({ _ in
      ChangePerson(
        person: try call.identifier("id", of: PersonKind.self, called: "person"),
        version: version, input: body)
    }) { view($0, status: 200) }
  }

  static func giveRole(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in
      let (person, role) = try personAndRole(call)
      return GiveRole(person: person, role: role)
    }) { output in
      switch output {
      case .held(let held): view(held, status: 200)
      case .awaitingSecond(let request):
        Answer(
          202,
          [
            "status": "awaiting_second", "person": JSON(request.person),
            "role": .string(request.role.rawValue), "requested_by": JSON(request.requestedBy),
            "requested_at": JSON(request.requestedAt),
          ])
      }
    }
  }

  static func takeRole(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in
      let (person, role) = try personAndRole(call)
      return TakeRole(person: person, role: role)
    }) { view($0, status: 200) }
  }

  static func enrol(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> String? in body.required("secret", .string(1...200)) }
    let text = try body.get()
    guard let secret = Secret(parsing: text), secret.kind == .enrolment else {
      throw Refusals(.notFound(kind: "enrolment", id: "with this secret"))
    }
    let token = try await call.service.performUnauthenticated(
      Enrol(secret: secret), method: .enrolment, trace: try call.trace())
    return .created([
      "person": token.person.person.json(roles: token.person.roles),
      "token": token.credential.json(secret: token.secret.text),
    ])
  }

  private static func personAndRole(_ call: Call) throws -> (PersonID, Role) {
    let person = try call.identifier("id", of: PersonKind.self, called: "person")
    let name = call.request.pathParameter("role")
    guard let role = Role(rawValue: name) else {
      throw Refusals(.notFound(kind: "role", id: name))
    }
    return (person, role)
  }

  private static func view(_ view: PersonView, status: Int) -> Answer {
    Answer(status, view.person.json(roles: view.roles)).with(.eTag, etag(view.person))
  }

  private static func etag(_ person: Person) -> String { "\"\(person.version)\"" }

  private static func json(_ act: Act) -> JSON {
    switch act.holder {
    case .person(let person, let roles)?:
      [
        "id": JSON(person.id), "kind": "person", "name": .string(person.name),
        "email": .string(person.email), "roles": roles.json,
      ]
    case .pool(let id, let name, _)?:
      ["id": JSON(id), "kind": "pool", "name": .string(name), "email": nil, "roles": []]
    case .gateway(let id, let name)?:
      ["id": JSON(id), "kind": "gateway", "name": .string(name), "email": nil, "roles": []]
    case nil: nil
    }
  }
}
