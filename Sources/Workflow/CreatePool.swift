package import Domain
package import Postgres
import Store

/// An administrator registers a fleet of workers.
package struct CreatePool: Command {
  package struct Input: Hashable, Sendable {
    package let name: String
    package let owner: PersonID
    package let enforcementPoint: GatewayID?

    package init(name: String, owner: PersonID, enforcementPoint: GatewayID?) {
      self.name = name
      self.owner = owner
      self.enforcementPoint = enforcementPoint
    }
  }

  package let input: Input

  package init(input: Input) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Pool {
    if act.actor.subject != .service { try act.person(holding: [.administrator]) }
    guard try await PeopleStore.find(input.owner, in: tx) != nil else {
      throw InvalidBody.unknown("owner", input.owner.text)
    }
    if let gateway = input.enforcementPoint,
      try await GatewayStore.find(gateway, in: tx) == nil
    {
      throw InvalidBody.unknown("enforcement_point", gateway.text)
    }
    let ruling = Pool.created(
      name: input.name, owner: input.owner, enforcementPoint: input.enforcementPoint,
      by: act.actor, at: act.now)
    try await PoolStore.record(ruling, in: tx)
    return ruling.subject
  }
}
