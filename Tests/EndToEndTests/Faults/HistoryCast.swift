import CountersignTesting
import Domain
import Testing

/// The people of the reference model at a running service, for one history after the other.
struct HistoryCast: Sendable {
  /// Whose calls are repeated until they are answered.
  let stage: Stage
  private let people: [Stage.Newcomer]

  /// - Parameter people: by number, as `make` gave them.
  init(_ people: [Stage.Newcomer], on stage: Stage) {
    self.people = people
    self.stage = stage
  }

  /// Makes everybody, on a stage that is not killed: secrets are shown once.
  static func make(on stage: Stage) async throws -> [Stage.Newcomer] {
    var people: [Stage.Newcomer] = []
    for (number, person) in ReferenceModel.cast.enumerated() {
      var roles = person.roles.map(\.product.rawValue).sorted()
      if number == ReferenceModel.requester { roles.append(Role.requester.rawValue) }
      people.append(
        try await stage.newcomer(
          "Number \(number)", roles: roles,
          samePersonAs: person.identity == number ? nil : people[person.identity].id))
    }
    return people
  }

  var requester: Client { self[ReferenceModel.requester] }

  subscript(number: Int) -> Client { stage.holding(people[number].secret) }

  func number(of id: String) -> Int? { people.firstIndex { $0.id == id } }

  /// The polite content of a new host with these parties.
  func content() -> JSON {
    Content.polite()
      .replacing(["owner"], with: .string(people[1].email))
      .replacing(["deputy"], with: .string(people[2].email))
      .replacing(["maintainer", "person"], with: .string(people[3].email))
  }

  // MARK: administrators

  func give(_ role: Role, to number: Int) async throws {
    try await stage.give(role.rawValue, to: people[number].id)
  }

  func take(_ role: Role, from number: Int) async throws {
    let reply = try await stage.person("admin").send(
      "DELETE", "/v1/people/\(people[number].id)/roles/\(role.rawValue)")
    // The repeat of a call that was done finds nothing to take.
    if reply.status != 404 { _ = try reply.json(200) }
    #expect(try await !look(at: number).roles.contains(role.rawValue))
  }

  func change(_ number: Int, isActive: Bool) async throws {
    let (administrator, path) = (stage.person("admin"), "/v1/people/\(people[number].id)")
    let version = try await administrator.get(path).field("ETag")
    let reply = try await administrator.send(
      "PATCH", path, json: ["active": .bool(isActive)],
      fields: [("If-Match", try #require(version))])
    // The repeat of a call that was done names a version that is gone.
    if reply.status != 412 { _ = try reply.json(200) }
    #expect(try await look(at: number).isActive == isActive)
  }

  private func look(at number: Int) async throws -> (isActive: Bool, roles: Set<String>) {
    let person = try await stage.person("admin").get("/v1/people/\(people[number].id)").json(200)
    return (person["active"].bool == true, Set(person["roles"].elements.compactMap(\.text)))
  }

  /// Everybody whom a history changed is as the model says, and then again as in the cast.
  func restore(_ changed: Set<Int>, from model: ReferenceModel) async throws {
    for number in changed.sorted() {
      let (now, found) = (model.people[number], try await look(at: number))
      #expect(found.isActive == now.isActive)
      #expect(found.roles == Set(now.roles.map(\.product.rawValue)))
      if !now.isActive { try await change(number, isActive: true) }
      let cast = ReferenceModel.cast[number]
      for role in now.roles.subtracting(cast.roles) { try await take(role.product, from: number) }
      for role in cast.roles.subtracting(now.roles) { try await give(role.product, to: number) }
    }
  }
}
