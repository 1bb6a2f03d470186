import Domain
import Foundation

/// `credentials.json`: who there is in `dev`, with their secrets (api.md). Mode 0600.
struct DemoCredentials: Sendable {
  struct Person: Sendable {
    let id: String
    let email: String
    let token: String
  }

  struct Holder: Sendable {
    let id: String
    let name: String
    let key: String
  }

  var baseURL = ""
  var databaseURL = ""
  /// In the order of the demo's list.
  var people: [(name: String, person: Person)] = []
  var pools: [Holder] = []
  var gateways: [Holder] = []

  subscript(name: String) -> Person? { people.first { $0.name == name }?.person }

  var json: JSON {
    [
      "base_url": .string(baseURL), "database_url": .string(databaseURL),
      "people": .object(
        JSONObject(
          members: people.map { entry in
            let person = entry.person
            return (
              entry.name,
              [
                "id": .string(person.id), "email": .string(person.email),
                "token": .string(person.token),
              ]
            )
          })),
      "pools": .object(
        JSONObject(
          members: pools.map { ($0.name, ["id": .string($0.id), "key": .string($0.key)]) })),
      "gateways": .object(
        JSONObject(
          members: gateways.map {
            (
              $0.name,
              ["id": .string($0.id), "name": .string($0.name), "key": .string($0.key)]
            )
          })),
    ]
  }

  /// Writes the file anew, whole or not at all.
  func write(to path: String) throws {
    let temporary = path + ".new"
    let made = FileManager.default.createFile(
      atPath: temporary, contents: Data(json.bytes()), attributes: [.posixPermissions: 0o600])
    guard made else { throw StartFailure("cannot write \(temporary)") }
    guard rename(temporary, path) == 0 else { throw StartFailure("cannot write \(path)") }
  }

  /// The file of an earlier start; nil when there is none.
  static func read(from path: String) throws -> DemoCredentials? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw StartFailure("cannot read \(path)")
    }
    do {
      return try JSONReader.read(bytes: Array(data), read)
    } catch {
      throw StartFailure("\(path) is damaged; remove it and start again")
    }
  }

  private static func read(_ file: JSONReader) -> DemoCredentials? {
    let holder = JSONField<(id: String, name: String?, key: String)>.object { reader in
      let id = reader.required("id", .string(1...100))
      let name = reader.optional("name", .string(1...100))
      let key = reader.required("key", .string(1...200))
      guard let id, let key else { return nil }
      return (id, name, key)
    }
    var credentials = DemoCredentials()
    credentials.baseURL = file.required("base_url", .string(0...500)) ?? ""
    credentials.databaseURL = file.required("database_url", .string(0...2_000)) ?? ""
    let people = file.required(
      "people",
      .object { people in
        people.names.compactMap { name -> (name: String, person: Person)? in
          people.required(name, .person).map { (name, $0) }
        }
      })
    let holders = JSONField<[Holder]>.object { list in
      list.names.compactMap { name in
        list.required(name, holder).map { Holder(id: $0.id, name: name, key: $0.key) }
      }
    }
    credentials.people = people ?? []
    credentials.pools = file.required("pools", holders) ?? []
    credentials.gateways = file.required("gateways", holders) ?? []
    return credentials
  }
}

extension JSONField where Value == DemoCredentials.Person {
  fileprivate static var person: JSONField {
    .object { reader in
      let id = reader.required("id", .string(1...100))
      let email = reader.required("email", .string(1...254))
      let token = reader.required("token", .string(1...200))
      guard let id, let email, let token else { return nil }
      return DemoCredentials.Person(id: id, email: email, token: token)
    }
  }
}
