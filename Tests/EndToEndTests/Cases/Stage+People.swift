import Domain
import Testing

/// People beyond those of the demo.
extension Stage {
  /// Somebody who has enrolled.
  struct Newcomer: Sendable {
    let id: String
    let secret: String
  }

  /// Makes a person with these roles, which two administrators give.
  func newcomer(
    _ name: String, roles: [String] = [], samePersonAs other: String? = nil
  ) async throws -> Newcomer {
    let number = UInt32.random(in: .min ... .max)
    var body: JSON = ["name": .string(name), "email": .string("n\(number)@demo.example")]
    if let other { body = body.with("same_person_as", .string(other)) }
    let made = try await person("admin").post("/v1/people", body).json(201)
    let token = try await nobody.post(
      "/v1/enrolments", ["secret": made["enrolment"]["secret"]]
    ).json(201)["token"]
    let id = try made["id"].requiredText
    for role in roles {
      let path = "/v1/people/\(id)/roles/\(role)"
      _ = try await person("admin").send("PUT", path).json(202)
      _ = try await person("admin2").send("PUT", path).json(200)
    }
    return Newcomer(id: id, secret: try token["secret"].requiredText)
  }
}
