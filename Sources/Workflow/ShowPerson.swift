package import Domain
package import Postgres
import Store

/// Everybody, in order of id; for every active person.
package struct ListPeople: Query {
  package let after: String?
  package let limit: Int

  package init(after: String?, limit: Int) {
    self.after = after
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [PersonView] {
    _ = try act.person()
    return try await PeopleStore.list(after: after ?? "", limit: Int64(limit), in: tx).map {
      PersonView(person: $0.person, roles: $0.roles)
    }
  }
}

/// One person.
package struct ShowPerson: Query {
  package let person: PersonID

  package init(person: PersonID) {
    self.person = person
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> PersonView {
    let missing = Refusals(.notFound(kind: "person", id: person.text))
    guard case .person? = act.holder else { throw missing }
    guard let found = try await PeopleStore.find(person, in: tx) else { throw missing }
    return PersonView(person: found.person, roles: found.roles)
  }
}

/// Who the caller is.
package struct ShowMe: Query {
  package init() {}

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Act { act }
}

/// The caller's own tokens, newest first.
package struct ListTokens: Query {
  package init() {}

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [CredentialSummary] {
    try await CredentialStore.tokens(of: act.person().person.id, in: tx)
  }
}

/// Pools in order of id.
package struct ListPools: Query {
  package let after: String?
  package let limit: Int

  package init(after: String?, limit: Int) {
    self.after = after
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Pool] {
    _ = try act.person()
    return try await PoolStore.list(after: after ?? "", limit: Int64(limit), in: tx)
  }
}

/// Gateways in order of id.
package struct ListGateways: Query {
  package let after: String?
  package let limit: Int

  package init(after: String?, limit: Int) {
    self.after = after
    self.limit = limit
  }

  package struct Output: Sendable {
    package let gateways: [(gateway: Gateway, standing: PointStanding)]
    package let now: Timestamp
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    _ = try act.person()
    let gateways = try await GatewayStore.list(after: after ?? "", limit: Int64(limit), in: tx)
    return Output(gateways: gateways, now: act.now)
  }
}
