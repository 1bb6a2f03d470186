import ArgumentParser
import Foundation

/// The options of every command that calls a server.
struct ClientOptions: ParsableArguments {
  @Option(help: "Base URL of the service (else COUNTERSIGN_SERVER, else http://127.0.0.1:8080).")
  var server: String?

  @Option(
    name: .customLong("as"),
    help: "Act as this person or pool of credentials.json instead of COUNTERSIGN_TOKEN.")
  var actor: String?

  @Option(help: "The credentials.json for --as (else $COUNTERSIGN_DATA/credentials.json).")
  var credentials: String?

  @Flag(help: "Print the server's answer as it is.")
  var json = false

  /// Where to call and as whom.
  ///
  /// Errors: `ValidationError` for a server that is no URL, an unreadable or unknown actor.
  func account(in environment: ClientEnvironment) throws -> Account {
    guard let actor else {
      if credentials != nil { throw ValidationError("--credentials goes with --as NAME.") }
      return Account(
        server: try ServerAddress(
          server ?? environment.server ?? ClientEnvironment.serverDefault),
        token: environment.token)
    }
    let path = credentials ?? environment.dataFolder + "/credentials.json"
    let file: DemoCredentials?
    do {
      file = try DemoCredentials.read(from: path)
    } catch {
      throw ValidationError("\(error)")
    }
    guard let file else {
      throw ValidationError("There is no \(path); `countersign dev` writes it.")
    }
    guard let token = file.secret(of: actor) else {
      let names = file.people.map(\.name) + file.pools.map(\.name)
      throw ValidationError("\(path) has no \(actor); it has \(names.joined(separator: " ")).")
    }
    let address = server ?? (file.baseURL.isEmpty ? nil : file.baseURL)
    return Account(
      server: try ServerAddress(address ?? ClientEnvironment.serverDefault), token: token)
  }
}

extension DemoCredentials {
  /// A person's token, else a pool's or a gateway's key.
  fileprivate func secret(of name: String) -> String? {
    self[name]?.token ?? pools.first { $0.name == name }?.key
      ?? gateways.first { $0.name == name }?.key
  }
}

/// Where to call and with which secret.
struct Account: Sendable {
  let server: ServerAddress
  let token: String?
}

/// The base URL of a service, without a slash at the end.
struct ServerAddress: Hashable, Sendable {
  let text: String

  /// Errors: `ValidationError` for what is no http or https URL with a host.
  init(_ text: String) throws(ValidationError) {
    let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
    guard let url = URLComponents(string: trimmed), let scheme = url.scheme?.lowercased(),
      scheme == "http" || scheme == "https", url.host?.isEmpty == false, url.query == nil,
      url.fragment == nil, url.user == nil, url.password == nil
    else {
      throw ValidationError("\(text) is no base URL such as https://countersign.example.")
    }
    self.text = trimmed
  }
}
