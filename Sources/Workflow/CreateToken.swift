import Domain
package import Postgres
import Store
import Tokens

/// A person makes a token of their own; nobody makes one for somebody else (lifecycle R12).
package struct CreateToken: Command {
  package struct Input: Hashable, Sendable {
    package let name: String
    package let expiresInSeconds: Int64?

    package init(name: String, expiresInSeconds: Int64?) {
      self.name = name
      self.expiresInSeconds = expiresInSeconds
    }
  }

  package let input: Input

  package init(input: Input) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> NewToken {
    let (person, roles) = try act.person()
    let secret = Secret.make(.person)
    let ruling = NewCredential.made(
      for: .person(person.id), name: input.name, secretHash: secret.hash,
      lifetimeSeconds: input.expiresInSeconds ?? NewCredential.tokenLifetimeSeconds,
      by: act.actor, at: act.now)
    try await CredentialStore.insert(ruling, in: tx)
    return NewToken(
      person: PersonView(person: person, roles: roles), credential: ruling.subject,
      secret: secret)
  }
}
