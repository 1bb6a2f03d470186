package import Domain
package import Tokens
package import Workflow

/// Somebody of a test with a token that works.
package struct TestPerson: Sendable {
  package let id: PersonID
  package let email: String
  package let secret: Secret

  package init(id: PersonID, email: String, secret: Secret) {
    self.id = id
    self.email = email
    self.secret = secret
  }

  /// The person calling; `key` is an Idempotency-Key.
  package func calls(
    _ path: String = "/v1/test", key: String? = nil, body: String = ""
  ) -> Caller {
    Caller(
      secret: secret,
      trace: RequestTrace(
        id: "test", method: "POST", path: path, idempotencyKey: key, body: Array(body.utf8)))
  }
}

extension Service {
  /// Makes a person with these roles, given by the service itself, and a token.
  ///
  /// - Parameter other: of whom it is a second account.
  package func makePerson(
    _ name: String, _ roles: Role..., sameAs other: PersonID? = nil
  ) async throws -> TestPerson {
    let email = "\(name)@test.example"
    let input = CreatePerson.Input(name: name, email: email, samePersonAs: other)
    let made = try await bootstrap(CreatePerson(input: input))
    for role in roles {
      _ = try await bootstrap(GiveRole(person: made.person.id, role: role))
    }
    let token = try await performUnauthenticated(
      Enrol(secret: made.secret), method: .enrolment, trace: nil)
    return TestPerson(id: made.person.id, email: email, secret: token.secret)
  }

  /// Does something as the service itself, without a credential.
  package func bootstrap<C: Command>(_ command: C) async throws -> C.Output {
    try await performUnauthenticated(command, method: .service, trace: nil)
  }

  /// Does something as somebody, without an idempotency key.
  package func act<C: Command>(
    as person: TestPerson, _ command: C
  ) async throws -> C.Output {
    let form = AnswerForm<C.Output>(
      accepted: { _ in StoredAnswer(status: 200, bytes: []) },
      refused: { _ in StoredAnswer(status: 400, bytes: []) })
    switch try await perform(for: person.calls(), storing: form, { _ in command }) {
    case .done(let output), .redone(let output): return output
    case .replayed: preconditionFailure("nothing is replayed without a key")
    }
  }

  /// Looks at something as somebody.
  package func look<Q: Query>(as person: TestPerson, _ query: Q) async throws -> Q.Output {
    try await look(for: person.calls(), { _ in query })
  }
}
