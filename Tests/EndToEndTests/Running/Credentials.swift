import Domain
import Foundation

/// `credentials.json`, read strictly: no member more, none less.
struct Credentials: Sendable {
  struct Person: Hashable, Sendable {
    let id: String
    let email: String
    let token: String
  }

  struct Holder: Hashable, Sendable {
    let id: String
    let name: String
    let key: String
  }

  var baseURL = ""
  var databaseURL = ""
  var people: [String: Person] = [:]
  var pools: [String: Holder] = [:]
  var gateways: [String: Holder] = [:]

  static let none = Credentials()

  private init() {}

  init(path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Program.Failure(description: "there is no \(path)")
    }
    let file = try JSONParser.parse(Array(bytes))
    try file.requireMembers(["base_url", "database_url", "people", "pools", "gateways"])
    baseURL = try file["base_url"].requiredText
    databaseURL = try file["database_url"].requiredText
    for member in file["people"].members {
      try member.value.requireMembers(["id", "email", "token"])
      people[member.name] = Person(
        id: try member.value["id"].requiredText, email: try member.value["email"].requiredText,
        token: try member.value["token"].requiredText)
    }
    for member in file["pools"].members {
      try member.value.requireMembers(["id", "key"])
      pools[member.name] = Holder(
        id: try member.value["id"].requiredText, name: member.name,
        key: try member.value["key"].requiredText)
    }
    for member in file["gateways"].members {
      try member.value.requireMembers(["id", "name", "key"])
      gateways[member.name] = Holder(
        id: try member.value["id"].requiredText, name: try member.value["name"].requiredText,
        key: try member.value["key"].requiredText)
    }
  }
}
