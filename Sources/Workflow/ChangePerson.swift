package import Domain
package import Postgres
import Store

/// An administrator changes a name, stops or wakes an account, or says whose second one it is.
package struct ChangePerson: Command {
  package struct Input: Hashable, Sendable {
    package let name: String?
    package let active: Bool?
    package let samePersonAs: PersonID?

    package init(name: String?, active: Bool?, samePersonAs: PersonID?) {
      self.name = name
      self.active = active
      self.samePersonAs = samePersonAs
    }
  }

  package let person: PersonID
  /// The version that `If-Match` names; nil when the header is missing (428).
  package let version: Int64?
  package let input: Result<Input, InvalidBody>

  package init(person: PersonID, version: Int64?, input: Result<Input, InvalidBody>) {
    self.person = person
    self.version = version
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> PersonView {
    guard let old = try await PeopleStore.lock(person, in: tx) else {
      throw Refusals(.notFound(kind: "person", id: person.text))
    }
    let input = try input.get()
    try act.person(holding: [.administrator])
    guard let version else { throw CallFailure.preconditionRequired }
    guard version == old.version else {
      throw CallFailure.preconditionFailed(current: old.version)
    }
    let identity = try await identity(for: input, of: old, in: tx)
    let ruling = old.changed(
      name: input.name, active: input.active, identity: identity, by: act.actor, at: act.now)
    try await PeopleStore.record(ruling, in: tx)
    if ruling.subject.active != old.active {
      // Their grants stand still when nobody takes over, or go on when they are back in time.
      for grant in try await GrantPeopleStore.grants(of: person, in: tx) {
        _ = try await act.lockedGrant(grant, in: tx)
        GrantPeopleStore.watchPeople(of: grant, in: tx)
      }
    }
    let roles = try await RoleStore.held(by: person, in: tx)
    return PersonView(person: ruling.subject, roles: roles)
  }

  private func identity(
    for input: Input, of old: Person, in tx: borrowing Transaction
  ) async throws -> PersonID? {
    guard let other = input.samePersonAs else { return nil }
    guard let found = try await PeopleStore.find(other, in: tx)?.person else {
      throw InvalidBody.unknown("same_person_as", other.text)
    }
    guard found.identity != old.identity else { return nil }
    let held =
      try await RoleStore.held(byIdentity: old.identity, in: tx)
      + RoleStore.held(byIdentity: found.identity, in: tx)
    if held.contains(.administrator), let deciding = held.first(where: \.decides) {
      throw Refusals(.roleExcluded(held: .administrator, asked: deciding))
    }
    PeopleStore.merge(identity: old.identity, into: found.identity, in: tx)
    return found.identity
  }
}

/// A person with the roles held now.
package struct PersonView: Hashable, Sendable {
  package let person: Person
  package let roles: [Role]

  package init(person: Person, roles: [Role]) {
    self.person = person
    self.roles = roles
  }
}
