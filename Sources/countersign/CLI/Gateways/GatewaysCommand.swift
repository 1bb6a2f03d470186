import ArgumentParser
import Domain

/// `countersign gateways`: enforcement points and their keys.
struct GatewaysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateways", abstract: "Enforcement points and their keys.",
    subcommands: [
      ListGatewaysCommand.self, CreateGatewayCommand.self, CreateGatewayKeyCommand.self,
    ])
}

/// `gateways list`.
struct ListGatewaysCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Who follows the revocations; one that is stale refuses everything.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "gateways"), page.query)
    try session.showList(reply) { gateways in
      Table(
        [
          .text("ID"), .text("NAME"), .text("SEEN"), .text("STALE"), .number("EPOCH"),
          .text("CLOCK"),
        ],
        empty: "no gateways",
        rows: gateways.map { gateway in
          [
            gateway["id"].cell, gateway["name"].cell, gateway["seen_at"].timeCell,
            gateway["stale"].cell, gateway["epoch"].cell, GatewayText.clock(gateway["clock"]),
          ]
        })
    }
  }
}

/// Parts of a gateway in words.
enum GatewayText {
  /// `-12 ms ±8`: what it says of its clock.
  static func clock(_ clock: JSON) -> String {
    guard let offset = clock["offset_ms"].text, let uncertainty = clock["uncertainty_ms"].text
    else { return "-" }
    return "\(offset) ms ±\(uncertainty)"
  }
}

/// `gateways create`.
struct CreateGatewayCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Register an enforcement point; its first key is printed once."
  )

  @Argument(help: "The audience of its tokens: lower-case letters, digits, '.', '_', '-'.")
  var name: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(Path("v1", "gateways"), ["name": .string(name)])
    try session.show(reply) { gateway in
      Printout([
        "id": gateway["id"].text, "name": gateway["name"].text,
        "COUNTERSIGN_TOKEN": gateway["secret"].text, "note": "the key is shown only now",
      ])
    }
  }
}

/// `gateways key`.
struct CreateGatewayKeyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Make another key for an enforcement point and print it, once.")

  @Argument(help: "Id or name.") var gateway: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let id = try await Directory.gateway(gateway, session)
    let reply = try await session.api.post(Path("v1", "gateways", id, "keys"))
    try session.show(reply) { key in
      Printout([
        "id": key["id"].text, "COUNTERSIGN_TOKEN": key["secret"].text,
        "until": key["expires_at"].time, "note": "the key is shown only now",
      ])
    }
  }
}
