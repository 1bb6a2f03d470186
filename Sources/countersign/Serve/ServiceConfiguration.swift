import Configuration
import Domain
import Logging
import Postgres
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
  /// COUNTERSIGN_CONNECTION_WAIT_MILLISECONDS: how long a call waits for a database connection,
  /// default 2000 (10-3000). With the statement time it stays below the handlers' 10 s.
  let connectionWaitMilliseconds: Int
  /// COUNTERSIGN_CONNECTION_IDLE_SECONDS: how long an idle connection stays open, default 60
  /// (1-86400).
  let connectionIdleSeconds: Int
  /// COUNTERSIGN_STATEMENT_MILLISECONDS: how long a statement may take, default 5000 (100-6000).
  let statementMilliseconds: Int
  /// COUNTERSIGN_LOG_LEVEL: trace debug info notice warning error critical, default info.
  let logLevel: Logger.Level
  /// COUNTERSIGN_ACCESS_LOG: on or off, default on.
  let accessLog: Bool

  /// Whether requests are logged: their lines have the level `info`.
  var logsAccess: Bool { accessLog && logLevel <= .info }

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
    func number(
      _ key: ConfigKey, _ name: String, default fallback: Int, _ range: ClosedRange<Int>
    ) -> Int {
      parsed(key, name, default: fallback, "\(range.lowerBound) to \(range.upperBound)") {
        Int($0).flatMap { range.contains($0) ? $0 : nil }
      }
    }
    let loops = number("loops", "COUNTERSIGN_LOOPS", default: cores, 1...64)
    let connections = number("connections", "COUNTERSIGN_CONNECTIONS", default: 8, 1...64)
    let wait = number(
      "connection.wait.milliseconds", "COUNTERSIGN_CONNECTION_WAIT_MILLISECONDS",
      default: 2_000, 10...3_000)
    let idle = number(
      "connection.idle.seconds", "COUNTERSIGN_CONNECTION_IDLE_SECONDS", default: 60, 1...86_400)
    let statement = number(
      "statement.milliseconds", "COUNTERSIGN_STATEMENT_MILLISECONDS", default: 5_000,
      100...6_000)
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
      connectionWaitMilliseconds: wait, connectionIdleSeconds: idle,
      statementMilliseconds: statement,
      logLevel: level, accessLog: accessLog)
  }
}

extension ServiceConfiguration {
  /// What of this the pools and sessions keep to.
  func database(url: String) -> DatabaseConfiguration {
    var database = DatabaseConfiguration(url: url)
    database.connectionsPerLoopMax = connectionsPerLoop
    database.poolWaitMilliseconds = connectionWaitMilliseconds
    database.idleMilliseconds = connectionIdleSeconds * 1_000
    database.statementMilliseconds = statementMilliseconds
    return database
  }
}

/// Why the process cannot start: lines for a person, no stack.
struct StartFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
