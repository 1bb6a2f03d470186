import Postgres
import Workflow

/// How much the process takes on: loops, connections, and how long anything waits.
struct ServiceCapacity: Sendable {
  let loops: Int
  let connectionsPerLoop: Int
  let connectionWaitMilliseconds: Int
  let connectionIdleSeconds: Int
  let statementMilliseconds: Int
  /// Clients' connections; the limit of open files may allow fewer.
  let clientsPerLoop: Int
  /// 1: each by itself.
  let renewalBatchMax: Int

  static let loopsMax = 64
  static let connectionsPerLoopMax = 64

  /// Reads these settings in the order in which they are documented.
  init(_ settings: inout SettingsReader) {
    loops = settings.read(
      Setting(
        "COUNTERSIGN_LOOPS", .number(1...ServiceCapacity.loopsMax, unit: "loops"),
        fallback: "one per core", meaning: "event loops, one thread each"),
      else: min(Machine.coreCount, ServiceCapacity.loopsMax))
    connectionsPerLoop = settings.read(
      Setting(
        "COUNTERSIGN_CONNECTIONS",
        .number(1...ServiceCapacity.connectionsPerLoopMax, unit: "connections"),
        meaning: "database connections of each loop"),
      else: 8)
    // Waiting and a statement together stay below the handlers' 10 s.
    connectionWaitMilliseconds = settings.read(
      Setting(
        "COUNTERSIGN_CONNECTION_WAIT_MILLISECONDS", .number(10...3_000, unit: "ms"),
        meaning: "how long a call waits for a database connection"),
      else: 2_000)
    connectionIdleSeconds = settings.read(
      Setting(
        "COUNTERSIGN_CONNECTION_IDLE_SECONDS", .number(1...86_400, unit: "s"),
        meaning: "how long a database connection stays open without work; the last of each loop "
          + "stays"),
      else: 60)
    statementMilliseconds = settings.read(
      Setting(
        "COUNTERSIGN_STATEMENT_MILLISECONDS", .number(100...6_000, unit: "ms"),
        meaning: "how long a statement may take"),
      else: 5_000)
    clientsPerLoop = settings.read(
      Setting(
        "COUNTERSIGN_HTTP_CONNECTIONS", .number(1...1_000_000, unit: "connections"),
        fallback: "16384, or what the limit of open files allows",
        meaning: "clients' connections of each loop"),
      else: 16_384)
    renewalBatchMax = settings.read(
      Setting(
        "COUNTERSIGN_RENEWAL_BATCH_MAX", .number(1...128, unit: "renewals"),
        meaning: "how many renewals of one budget that arrive together go in one transaction; "
          + "1: each in its own"),
      else: RenewalQueue.batchMaxUsual)
  }

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
