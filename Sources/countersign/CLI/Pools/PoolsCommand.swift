import ArgumentParser
import Domain

/// `countersign pools`: fleets of workers and their keys.
struct PoolsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pools", abstract: "Fleets of workers and their keys.",
    subcommands: [ListPoolsCommand.self, CreatePoolCommand.self, CreatePoolKeyCommand.self])
}

/// `pools list`.
struct ListPoolsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "All pools, with owner and enforcement point.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "pools"), page.query)
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let people = try await Directory.people(session)
    let gateways = try await Directory.gateways(session)
    try session.showList(reply) { pools in
      Table(
        [.text("ID"), .text("NAME"), .text("ENFORCED BY"), .text("SINCE"), .prose("OWNER")],
        empty: "no pools",
        rows: pools.map { pool in
          [
            pool["id"].cell, pool["name"].cell,
            gateways.name(pool["enforcement_point"].text) ?? "itself",
            pool["created_at"].timeCell, people.name(pool["owner"].text) ?? "-",
          ]
        })
    }
  }
}

/// `pools create`.
struct CreatePoolCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a pool; its workers need a key (`pools key`).")

  @Argument(help: "Lower-case letters, digits, '.', '_', '-'.") var name: String
  @Option(help: "Id or e-mail of who answers for it.") var owner: String
  @Option(help: "Id or name of the gateway that checks its tokens; without one, itself.")
  var enforcementPoint: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var body: JSONObject = [
      "name": .string(name), "owner": .string(try await Directory.person(owner, session)),
    ]
    if let enforcementPoint {
      body["enforcement_point"] = .string(
        try await Directory.gateway(enforcementPoint, session))
    }
    let reply = try await session.api.post(Path("v1", "pools"), .object(body))
    try session.show(reply) { pool in
      Printout([
        "id": pool["id"].text, "name": pool["name"].text, "owner": pool["owner"].text,
        "enforced by": pool["enforcement_point"].text ?? "itself",
        "since": pool["created_at"].time,
      ])
    }
  }
}

/// `pools key`.
struct CreatePoolKeyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make a key for the workers of a pool and print it, once.")

  @Argument(help: "Id or name.") var pool: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let id = try await Directory.pool(pool, session)
    let reply = try await session.api.post(Path("v1", "pools", id, "keys"))
    try session.show(reply) { key in
      Printout([
        "id": key["id"].text, "COUNTERSIGN_TOKEN": key["secret"].text,
        "until": key["expires_at"].time, "note": "the key is shown only now",
      ])
    }
  }
}
