import Configuration
import Domain
import Logging
import Reactor
import Workflow

/// Everything an operator can set, read once. To add a setting, read it in `init`: complaints,
/// `countersign configuration` and the table of docs/operations.md follow from there.
struct ServiceConfiguration: Sendable {
  /// Nil: `dev` makes a private cluster, everything else ends.
  let databaseURL: String?
  let listen: SocketAddress
  /// What the first start fixes, unless it is fixed already.
  let identity: ServiceIdentity
  let dataFolder: String
  let keys: ServiceKeys
  let tokensDecide: Bool
  let capacity: ServiceCapacity
  let outbound: ServiceOutbound
  /// How long the terms of leases are kept one by one, once they are over.
  let termsKeptSeconds: Int
  let logLevel: Logger.Level
  let accessLog: Bool
  /// Nil: the files are looked for.
  let home: String?

  static let dataFolderDefault = ".countersign"

  /// What is started: a few defaults differ.
  enum Purpose: Sendable { case serve, dev }

  /// Reads the environment and reports every bad value at once.
  static func read(for purpose: Purpose) throws(StartFailure) -> ServiceConfiguration {
    var settings = SettingsReader(ConfigReader(provider: EnvironmentVariablesProvider()))
    let configuration = ServiceConfiguration(&settings, for: purpose)
    guard settings.faults.isEmpty else {
      throw StartFailure(settings.faults.joined(separator: "\n"))
    }
    return configuration
  }

  /// Reads all settings in the order in which they are documented.
  init(_ settings: inout SettingsReader, for purpose: Purpose) {
    databaseURL = settings.readSecret(
      Setting(
        "DATABASE_URL", .text("libpq connection string"),
        fallback: "none: `dev` starts a private cluster, all else ends", secret: .redacted,
        meaning: "the database; several hosts allowed"))
    listen = settings.read(
      Setting("COUNTERSIGN_LISTEN", .address, meaning: "where HTTP is served, without TLS"),
      else: ServiceConfiguration.listenDefault)
    let issuer = settings.read(
      Setting(
        "COUNTERSIGN_ISSUER", .text("base URL"), fallback: "`http://` and the listening address",
        meaning: "`iss` of tokens; fixed in the database at the first start"),
      else: "http://\(listen)")
    let origin = issuer.firstRange(of: "://").map { issuer[$0.upperBound...] } ?? issuer[...]
    identity = ServiceIdentity(
      issuer: issuer,
      logName: settings.read(
        Setting(
          "COUNTERSIGN_LOG_NAME", .text("name"), fallback: "the issuer without scheme, and `/log`",
          meaning: "name of the log; fixed in the database at the first start"),
        else: origin + (origin.hasSuffix("/") ? "log" : "/log")))
    dataFolder = settings.read(
      Setting(
        "COUNTERSIGN_DATA", .text("folder"),
        meaning: "what `dev` keeps: cluster, keys, `credentials.json`"),
      else: ServiceConfiguration.dataFolderDefault)
    keys = ServiceKeys(&settings, dataFolder: dataFolder)
    tokensDecide = settings.read(
      Setting(
        "COUNTERSIGN_TOKENS_DECIDE", .truth, fallback: "`false`; `dev`: `true`",
        meaning: "whether personal tokens may sign decisions"),
      else: purpose == .dev)
    capacity = ServiceCapacity(&settings)
    outbound = ServiceOutbound(&settings, for: purpose)
    termsKeptSeconds = settings.read(
      Setting(
        "COUNTERSIGN_TERMS_KEPT_SECONDS",
        .number(PruneTerms.keptSecondsLeast...PruneTerms.keptSecondsMost, unit: "s"),
        meaning: "how long terms of leases are kept one by one after they ran out; what was sent "
          + "stays by the minute"),
      else: PruneTerms.keptSecondsUsual)
    logLevel = settings.read(
      Setting("COUNTERSIGN_LOG_LEVEL", .logLevel, meaning: "the least that is logged"),
      else: .info)
    accessLog = settings.read(
      Setting("COUNTERSIGN_ACCESS_LOG", .onOff, meaning: "one line per request"), else: true)
    home = settings.read(
      Setting(
        "COUNTERSIGN_HOME", .text("folder"),
        fallback: "the nearest above the executable that has them, else `/usr/share/countersign`",
        meaning: "where `migrations`, `policies` and `openapi.yaml` are"))
  }

  /// Whether requests are logged: their lines have the level `info`.
  var logsAccess: Bool { accessLog && logLevel <= .info }

  private static let listenDefault: SocketAddress = {
    guard let address = SocketAddress("127.0.0.1:8080") else {
      preconditionFailure("the default is an address")
    }
    return address
  }()
}
