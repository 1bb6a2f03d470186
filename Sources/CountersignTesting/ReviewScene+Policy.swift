package import Domain
internal import Foundation
internal import Wire
internal import Workflow

extension ReviewScene {
  /// The default policy with pieces of its text replaced; every piece must be there.
  package static func policy(changing changes: [(String, String)]) throws -> Policy {
    var text = String(
      decoding: try ReviewScene.file("policies/default.yaml"), as: UTF8.self)
    for (piece, other) in changes {
      guard let range = text.range(of: piece) else {
        preconditionFailure("the default policy has no \(piece)")
      }
      text.replaceSubrange(range, with: other)
    }
    return try Policy(json: YAMLDocument.parse(Array(text.utf8), scalars: .coreSchema))
  }

  /// A rule in YAML, to stand before the first one.
  package static func adding(rule: String) -> (String, String) {
    ("  - id: R01\n", "\(rule)\n  - id: R01\n")
  }

  /// Another administrator.
  package func secondAdministrator(_ name: String = "admin2") async throws -> TestPerson {
    try await service.makePerson(name, .administrator)
  }

  /// Proposes the changed policy and activates it by two people; gives its version.
  @discardableResult
  package func activate(
    _ changes: [(String, String)], with second: TestPerson
  ) async throws -> Int64 {
    let policy = try ReviewScene.policy(changing: changes)
    let proposed = try await service.act(
      as: administrator, ProposePolicy(policy: .success(policy)))
    for person in [administrator, second] {
      _ = try await service.act(
        as: person, ActivatePolicy(version: proposed.version, digest: .success(nil)))
    }
    return proposed.version
  }
}
