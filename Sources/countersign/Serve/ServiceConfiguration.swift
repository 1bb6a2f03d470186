import Configuration
import Domain
import Logging
import Reactor

/// Everything an operator can set, read once; `docs/operations.md` lists the keys.
struct ServiceConfiguration: Sendable {
  /// COUNTERSIGN_LISTEN: address and port, default 127.0.0.1:8080.
  let listen: SocketAddress
  /// DATABASE_URL: libpq connection string; `dev` makes a private cluster without it.
  let databaseURL: String?
  /// COUNTERSIGN_DATA: folder of `dev`'s cluster, keys and credentials, default .countersign.
  let dataFolder: String
  /// COUNTERSIGN_KEYS: folder of the private token keys, default <data>/keys.
  let keysFolder: String
  /// COUNTERSIGN_ISSUER: base URL in tokens, default http://<listen>; fixed at the first start.
  let issuer: String?
  /// COUNTERSIGN_LOG_NAME: the log's origin, default <listen>/log; fixed at the first start.
  let logName: String?
  /// COUNTERSIGN_TOKENS_DECIDE: whether personal tokens may sign decisions, default false.
  let tokensDecide: Bool
  /// COUNTERSIGN_LOOPS: event loops, default one per core (1-64).
  let loops: Int
  /// COUNTERSIGN_CONNECTIONS: database connections per loop, default 8 (1-64).
  let connectionsPerLoop: Int
  /// COUNTERSIGN_HTTP_CONNECTIONS: clients' connections per loop, default 16,384 (1-1,000,000).
  let clientsPerLoop: Int
  /// COUNTERSIGN_LOG_LEVEL: trace debug info notice warning error critical, default info.
  let logLevel: Logger.Level
  /// COUNTERSIGN_ACCESS_LOG: on or off, default on.
  let accessLog: Bool

  /// Reads all keys and reports every bad one at once.
  static func read(
    from reader: ConfigReader, tokensDecide tokensDecideDefault: Bool
  ) throws(StartFailure) -> ServiceConfiguration {
    var bad: [String] = []
    let keys = reader.scoped(to: "countersign")
    func parsed<Value>(
      _ key: ConfigKey, _ name: String, default fallback: Value, _ must: String,
      _ parse: (String) -> Value?
    ) -> Value {
      guard let text = keys.string(forKey: key), !text.isEmpty else { return fallback }
      guard let value = parse(text) else {
        bad.append("\(name) must be \(must), not \"\(text)\"")
        return fallback
      }
      return value
    }
    let listenText = keys.string(forKey: "listen") ?? "127.0.0.1:8080"
    let listen = SocketAddress(listenText)
    if listen == nil {
      bad.append("COUNTERSIGN_LISTEN must be an address and port, not \"\(listenText)\"")
    }
    let data = keys.string(forKey: "data").flatMap { $0.isEmpty ? nil : $0 } ?? ".countersign"
    let onOff: (String) -> Bool? = { ["on": true, "off": false][$0] }
    let truth: (String) -> Bool? = { ["true": true, "false": false][$0] }
    let tokensDecide = parsed(
      "tokens.decide", "COUNTERSIGN_TOKENS_DECIDE", default: tokensDecideDefault,
      "true or false", truth)
    let cores = Machine.coreCount
    let loops = parsed("loops", "COUNTERSIGN_LOOPS", default: cores, "1 to 64") { text in
      Int(text).flatMap { (1...64).contains($0) ? $0 : nil }
    }
    let connections = parsed("connections", "COUNTERSIGN_CONNECTIONS", default: 8, "1 to 64") {
      Int($0).flatMap { (1...64).contains($0) ? $0 : nil }
    }
    let clients = parsed(
      "http.connections", "COUNTERSIGN_HTTP_CONNECTIONS", default: 16_384, "1 to 1000000"
    ) {
      Int($0).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
    }
    let level = parsed(
      "log.level", "COUNTERSIGN_LOG_LEVEL", default: Logger.Level.info,
      "a level from trace to critical", Logger.Level.init(rawValue:))
    let accessLog = parsed(
      "access.log", "COUNTERSIGN_ACCESS_LOG", default: true, "on or off", onOff)
    _ = parsed(
      "dossier", "COUNTERSIGN_DOSSIER", default: "off",
      "off: nothing is fetched from targets yet"
    ) { $0 == "off" ? $0 : nil }
    guard bad.isEmpty, let listen else { throw StartFailure(bad.joined(separator: "\n")) }
    return ServiceConfiguration(
      listen: listen, databaseURL: reader.string(forKey: "database.url", isSecret: true),
      dataFolder: data, keysFolder: keys.string(forKey: "keys") ?? data + "/keys",
      issuer: keys.string(forKey: "issuer"), logName: keys.string(forKey: "log.name"),
      tokensDecide: tokensDecide, loops: loops, connectionsPerLoop: connections,
      clientsPerLoop: clients, logLevel: level, accessLog: accessLog)
  }
}

/// Why the process cannot start: lines for a person, no stack.
struct StartFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
