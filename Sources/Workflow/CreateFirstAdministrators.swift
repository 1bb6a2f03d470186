import Domain
package import Postgres
import Store

/// The first two administrators, without whom nobody could make anybody. Only the service itself
/// does it, and only while no account administers.
package struct CreateFirstAdministrators: Command {
  package let people: [CreatePerson.Input]

  /// Precondition: two of them.
  package init(people: [CreatePerson.Input]) {
    precondition(people.count == 2, "giving roles takes two administrators")
    self.people = people
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [CreatePerson.Output] {
    precondition(act.actor.subject == .service, "first administrators are made by the service")
    if let holder = try await RoleStore.lockedHolder(of: .administrator, in: tx) {
      throw Refusals(.alreadyExists(kind: "holder of the administrator role,", name: holder))
    }
    var made: [CreatePerson.Output] = []
    for input in people {
      let output = try await CreatePerson(input: input).run(by: act, in: tx)
      _ = try await GiveRole(person: output.person.id, role: .administrator)
        .run(by: act, in: tx)
      made.append(output)
    }
    return made
  }
}
