import Domain
import Testing

/// People beyond those of the demo.
extension Stage {
  /// Somebody who has enrolled.
  struct Newcomer: Sendable {
    let id: String
    let email: String
    let secret: String
  }

  /// Makes a person with these roles, which administrators give.
  func newcomer(
    _ name: String, roles: [String] = [], samePersonAs other: String? = nil
  ) async throws -> Newcomer {
    let email = "n\(UInt32.random(in: .min ... .max))@demo.example"
    var body: JSON = ["name": .string(name), "email": .string(email)]
    if let other { body = body.with("same_person_as", .string(other)) }
    let made = try await person("admin").post("/v1/people", body).json(201)
    let token = try await nobody.post(
      "/v1/enrolments", ["secret": made["enrolment"]["secret"]]
    ).json(201)["token"]
    let id = try made["id"].requiredText
    for role in roles { try await give(role, to: id) }
    return Newcomer(id: id, email: email, secret: try token["secret"].requiredText)
  }

  /// An administrator gives a role; one that takes two of them, two do.
  func give(_ role: String, to id: String) async throws {
    let path = "/v1/people/\(id)/roles/\(role)"
    if Role(rawValue: role)?.takesTwoAdministrators == true {
      _ = try await person("admin").send("PUT", path).json(202)
    }
    _ = try await person("admin2").send("PUT", path).json(200)
  }
}
