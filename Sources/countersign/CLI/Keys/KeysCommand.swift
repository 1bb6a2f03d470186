import ArgumentParser
import Domain
import Foundation
import Tokens

/// `countersign keys`: the keys that sign tokens.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The keys that sign tokens.",
    subcommands: [ListKeysCommand.self, NewKeyCommand.self])
}

/// `keys list`.
struct ListKeysCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The private keys of this machine, or with --server the public ones of a service.",
    discussion: "The folder is COUNTERSIGN_KEYS, else $COUNTERSIGN_DATA/keys.")

  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    if client.server != nil || client.actor != nil {
      let reply = try await session.api.get(Path(".well-known", "jwks.json"))
      return try session.show(reply) { set in
        Printout(
          Table(
            [.text("KID"), .text("ALGORITHM"), .text("CURVE")], empty: "no keys",
            rows: set["keys"].elements.map { [$0["kid"].cell, $0["alg"].cell, $0["crv"].cell] }))
      }
    }
    try listFolder(session)
  }

  private func listFolder(_ session: Session) throws {
    let keys = try StoredKey.all(in: session.environment.keysFolder)
    if session.printsJSON {
      return session.terminal.write(bytes: JSON.array(keys.map(\.json)).bytes())
    }
    let table = Table(
      [.text("KID"), .text("ALGORITHM"), .text("MADE"), .text("FILE")],
      empty: "no keys in \(session.environment.keysFolder)",
      rows: keys.map { [$0.kid, $0.algorithm, JSON.readableTime($0.madeAt.description), $0.path] })
    session.terminal.write(table.lines(for: session.terminal))
  }
}

/// `keys new`.
struct NewKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a key, which signs from the next start on; older ones stay valid.")

  @Option(help: "ES256, which stock proxies verify, or EdDSA.") var algorithm = Algorithm.es256
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try await ExitStatus.reporting {
      let folder = ClientEnvironment().keysFolder
      let existed = FileManager.default.fileExists(atPath: folder)
      if !existed {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      let key = try KeyFolder(path: folder).make(algorithm)
      let path = "\(folder)/\(key.kid).pem"
      if json {
        let text = JSON.object([
          "kid": .string(key.kid), "alg": .string(algorithm.rawValue), "file": .string(path),
        ])
        print(String(decoding: text.bytes(), as: UTF8.self))
      } else {
        let fields: FieldList = [
          "kid": key.kid, "algorithm": algorithm.rawValue, "file": path,
          "note": "signs from the next start of the service on",
        ]
        print(fields.lines(for: .plain).joined(separator: "\n"))
      }
    }
  }
}

extension Algorithm: ExpressibleByArgument {}

/// A private key file.
struct StoredKey {
  let kid: String
  let algorithm: String
  let madeAt: Timestamp
  let path: String

  var json: JSON {
    [
      "kid": .string(kid), "alg": .string(algorithm), "made_at": JSON(madeAt),
      "file": .string(path),
    ]
  }

  /// The keys of a folder, newest first; none when there is no folder. Makes nothing.
  ///
  /// Errors: `NotPossible` for a folder or a file that cannot be read.
  static func all(in folder: String) throws -> [StoredKey] {
    let manager = FileManager.default
    guard manager.fileExists(atPath: folder) else { return [] }
    let names: [String]
    do {
      names = try manager.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pem") }
    } catch {
      throw NotPossible("cannot read the key folder \(folder): \(error.localizedDescription)")
    }
    return try names.map { name in
      let path = "\(folder)/\(name)"
      guard let pem = manager.contents(atPath: path),
        let key = SigningKey(pem: String(decoding: pem, as: UTF8.self))
      else { throw NotPossible("\(path) is not a readable private key in PEM") }
      let made = try manager.attributesOfItem(atPath: path)[.modificationDate] as? Date
      let seconds = (made ?? .distantPast).timeIntervalSince1970
      return StoredKey(
        kid: key.kid, algorithm: key.algorithm.rawValue,
        madeAt: Timestamp(microseconds: Int64(seconds * 1_000_000)), path: path)
    }.sorted { ($0.madeAt, $0.kid) > ($1.madeAt, $1.kid) }
  }
}
