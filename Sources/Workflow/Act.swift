package import Domain

/// Who does something, with which credential, at which instant: fixed for one transaction.
package struct Act: Sendable {
  package let actor: Actor
  package let holder: Credential.Holder?
  package let now: Timestamp
  /// When the credential used stops working; leases end with it (budgets.md I5).
  package let credentialExpiresAt: Timestamp?
  package let service: Service
  /// Where a refusal of the act counts.
  let places = RefusalPlaces()

  package init(
    actor: Actor, holder: Credential.Holder?, now: Timestamp, credentialExpiresAt: Timestamp?,
    service: Service
  ) {
    self.actor = actor
    self.holder = holder
    self.now = now
    self.credentialExpiresAt = credentialExpiresAt
    self.service = service
  }

  /// The person acting and the roles held now; refuses pools and gateways (`non_human`).
  package func person() throws(Refusals) -> (person: Person, roles: [Role]) {
    guard case .person(let person, let roles)? = holder else { throw Refusals(.nonHuman) }
    return (person, roles)
  }

  /// The person acting, who must hold one of these roles (403 names them).
  @discardableResult
  package func person(holding anyOf: [Role]) throws(Refusals) -> (person: Person, roles: [Role]) {
    let (person, roles) = try self.person()
    guard roles.contains(where: anyOf.contains) else {
      throw Refusals(.roleMissing(anyOf: anyOf))
    }
    return (person, roles)
  }

  /// The pool acting; anybody else is refused.
  package func pool() throws(Refusals) -> (id: PoolID, enforcementPoint: GatewayID?) {
    guard case .pool(let id, _, let enforcementPoint)? = holder else {
      throw Refusals(.notAllowed(act: "this call", who: "a pool with its key"))
    }
    return (id, enforcementPoint)
  }
}
