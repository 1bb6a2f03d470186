package import Domain
package import Postgres
import Store

/// An administrator takes a role away; it counts from now, also in open rounds (lifecycle R8).
package struct TakeRole: Command {
  package let person: PersonID
  package let role: Role

  package init(person: PersonID, role: Role) {
    self.person = person
    self.role = role
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> PersonView {
    guard let subject = try await PeopleStore.lock(person, in: tx) else {
      throw Refusals(.notFound(kind: "person", id: person.text))
    }
    try act.person(holding: [.administrator])
    guard try await RoleStore.held(by: person, in: tx).contains(role) else {
      throw Refusals(.notFound(kind: "role", id: "\(role.rawValue) of \(person)"))
    }
    try await RoleStore.record(subject.taken(role, by: act.actor, at: act.now), in: tx)
    let roles = try await RoleStore.held(by: person, in: tx)
    return PersonView(person: subject, roles: roles)
  }
}
