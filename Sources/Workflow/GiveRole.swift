package import Domain
package import Postgres
import Store

/// An administrator gives a role; a deciding one or `administrator` takes a second one.
package struct GiveRole: Command {
  package enum Output: Hashable, Sendable {
    case held(PersonView)
    case awaitingSecond(RoleRequest)
  }

  package let person: PersonID
  package let role: Role

  package init(person: PersonID, role: Role) {
    self.person = person
    self.role = role
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    guard let subject = try await PeopleStore.lock(person, in: tx) else {
      throw Refusals(.notFound(kind: "person", id: person.text))
    }
    var identity: PersonID?
    if act.actor.subject != .service {
      identity = try act.person(holding: [.administrator]).person.identity
    }
    let own = try await RoleStore.held(by: person, in: tx)
    if own.contains(role) { return .held(PersonView(person: subject, roles: own)) }
    let ruling = try subject.given(
      role, held: try await RoleStore.held(byIdentity: subject.identity, in: tx),
      pending: try await RoleStore.request(for: role, of: person, in: tx),
      by: act.actor, identity: identity, at: act.now)
    try await RoleStore.record(ruling, in: tx)
    switch ruling.subject {
    case .requested(let request): return .awaitingSecond(request)
    case .given, .taken:
      return .held(
        PersonView(person: subject, roles: try await RoleStore.held(by: person, in: tx)))
    }
  }
}
