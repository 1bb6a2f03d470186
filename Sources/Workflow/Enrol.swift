package import Domain
package import Postgres
import Store
package import Tokens

/// A new person turns the enrolment secret into their first token, once.
package struct Enrol: Command {
  package let secret: Secret

  package init(secret: Secret) {
    self.secret = secret
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> NewToken {
    guard
      let id = try await PeopleStore.takeEnrolment(
        secretHash: secret.hash, now: act.now, in: tx),
      let found = try await PeopleStore.find(id, in: tx)
    else { throw Refusals(.notFound(kind: "enrolment", id: "with this secret")) }
    let actor = Actor(
      subject: .person(id), method: .enrolment, credential: nil, request: act.actor.request)
    let token = Secret.make(.person)
    let ruling = NewCredential.made(
      for: .person(id), name: "enrolment", secretHash: token.hash,
      lifetimeSeconds: NewCredential.tokenLifetimeSeconds, by: actor, at: act.now)
    try await CredentialStore.insert(ruling, in: tx)
    return NewToken(
      person: PersonView(person: found.person, roles: found.roles),
      credential: ruling.subject, secret: token)
  }
}

/// A personal token just made; its secret is shown once.
package struct NewToken: Sendable {
  package let person: PersonView
  package let credential: NewCredential
  package let secret: Secret
}
