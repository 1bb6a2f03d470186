package import Domain
package import Postgres
import Store
package import Tokens

/// An administrator makes an account; the person enrols with the secret shown once.
package struct CreatePerson: Command {
  package struct Input: Hashable, Sendable {
    package let name: String
    package let email: String
    package let samePersonAs: PersonID?

    package init(name: String, email: String, samePersonAs: PersonID?) {
      self.name = name
      self.email = email
      self.samePersonAs = samePersonAs
    }
  }

  package struct Output: Sendable {
    package let person: Person
    package let enrolment: Enrolment
    package let secret: Secret
  }

  package let input: Input

  package init(input: Input) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    if act.actor.subject != .service { try act.person(holding: [.administrator]) }
    var identity: PersonID?
    if let other = input.samePersonAs {
      guard let found = try await PeopleStore.find(other, in: tx) else {
        throw InvalidBody.unknown("same_person_as", other.text)
      }
      identity = found.person.identity
    }
    let ruling = Person.created(
      name: input.name, email: input.email, sameIdentityAs: identity, by: act.actor,
      at: act.now)
    try await PeopleStore.record(ruling, in: tx)
    let secret = Secret.make(.enrolment)
    let enrolment = Enrolment(of: ruling.subject.id, at: act.now)
    PeopleStore.insertEnrolment(enrolment, secretHash: secret.hash, in: tx)
    return Output(person: ruling.subject, enrolment: enrolment, secret: secret)
  }
}

extension InvalidBody {
  /// A reference in the body to something that does not exist.
  package static func unknown(_ member: String, _ id: String) -> InvalidBody {
    InvalidBody(errors: [
      FieldError(JSONPointer.root.appending(member), .unknownID, "there is no \(id)")
    ])
  }
}
