package import Domain
package import Postgres
import Store
package import Tokens

/// A new enrolment secret for a person who has none: the first administrators, and `dev`'s
/// people. Only the service itself does it, never a caller: an administrator who could enrol
/// somebody again could sign as them.
package struct CreateEnrolment: Command {
  package let person: PersonID

  package init(person: PersonID) {
    self.person = person
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Secret {
    precondition(act.actor.subject == .service, "an enrolment is renewed by the service only")
    let secret = Secret.make(.enrolment)
    PeopleStore.insertEnrolment(
      Enrolment(of: person, at: act.now), secretHash: secret.hash, in: tx)
    return secret
  }
}

/// Ids of the people with these e-mail addresses.
package struct FindPeople: Command {
  package let emails: [String]

  package init(emails: [String]) {
    self.emails = emails
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [String: PersonID] {
    try await PeopleStore.ids(ofEmails: emails, in: tx)
  }
}
