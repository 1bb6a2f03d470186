import ArgumentParser
import Domain
import Foundation
import Tokens

/// `keys rotate`.
struct RotateKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Make a new key, which signs once verifiers have had the time to fetch it.",
    discussion: """
      Makes only a file, in COUNTERSIGN_KEYS, else $COUNTERSIGN_DATA/keys. The service of this \
      folder sees it within a second and publishes it; twice COUNTERSIGN_KEYS_MAX_AGE_SECONDS \
      later it signs with it, and 10 s after that the key of before retires, which stays published \
      until its last token is over. A service that does not run does the same from its next start \
      on. See how far it is with: countersign keys list.
      """,
    aliases: ["new"])

  @Option(help: "ES256 or EdDSA; else COUNTERSIGN_TOKEN_ALGORITHM, else that of the newest key.")
  var algorithm: Algorithm?
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await ExitStatus.reporting {
      let environment = ClientEnvironment()
      let folder = environment.keysFolder
      let chosen = try algorithm ?? environment.tokenAlgorithm() ?? newest(in: folder) ?? .es256
      let key = try KeyFolder(path: folder).make(chosen)
      show(key, file: "\(folder)/\(key.kid).pem")
    }
  }

  private func newest(in folder: String) throws -> Algorithm? {
    try StoredKey.all(in: folder).first.flatMap { Algorithm(rawValue: $0.algorithm) }
  }

  private func show(_ key: SigningKey, file: String) {
    if json {
      let text = JSON.object([
        "kid": .string(key.kid), "alg": .string(key.algorithm.rawValue), "file": .string(file),
      ])
      return print(String(decoding: text.bytes(), as: UTF8.self))
    }
    let fields: FieldList = [
      "kid": key.kid, "algorithm": key.algorithm.rawValue, "file": file,
      "note": "published within a second of the service seeing it, signs when it was published "
        + "for twice COUNTERSIGN_KEYS_MAX_AGE_SECONDS",
    ]
    print(fields.lines(for: .plain).joined(separator: "\n"))
  }
}

extension Algorithm: ExpressibleByArgument {}

extension ClientEnvironment {
  /// COUNTERSIGN_TOKEN_ALGORITHM: what the service makes keys for.
  fileprivate func tokenAlgorithm() throws -> Algorithm? {
    guard let text = variables["COUNTERSIGN_TOKEN_ALGORITHM"], !text.isEmpty else { return nil }
    guard let algorithm = Algorithm(rawValue: text) else {
      throw StartFailure("COUNTERSIGN_TOKEN_ALGORITHM must be ES256 or EdDSA, not \"\(text)\"")
    }
    return algorithm
  }
}
