import CountersignTesting
import Foundation

/// Kills a service that has calls to answer, again and again, and starts it again each time.
struct Killer {
  let serve: MortalServe
  let traffic: Traffic
  let second: SecondConnection
  /// Calls that go out after a start, at most, before the next kill.
  private let callsMax: Int
  private var random: SeededRandom
  private(set) var kills = 0
  /// Transactions that were open at the kills.
  private(set) var open = 0

  /// How long after a call went out the kill comes: about as long as a call takes.
  private static let delayMicrosecondsMax = 20_000
  /// One start in so many is killed, too.
  private static let startsForKilledOne = 10

  init(
    of serve: MortalServe, traffic: Traffic, second: SecondConnection, callsMax: Int, seed: UInt64
  ) {
    self.serve = serve
    self.traffic = traffic
    self.second = second
    self.callsMax = callsMax
    random = SeededRandom(seed: seed)
  }

  /// One kill, a random time after a random number of calls; false if the traffic ends before.
  @discardableResult
  mutating func kill() async throws -> Bool {
    let calls = Int.random(in: 1...callsMax, using: &random)
    let delay = Int.random(in: 0...Killer.delayMicrosecondsMax, using: &random)
    let startIsKilled = Int.random(in: 0..<Killer.startsForKilledOne, using: &random) == 0
    guard try await traffic.reach(traffic.counts.sent + calls, of: \.sent) else { return false }
    let second = second
    open += try await offPool {
      let moment = ContinuousClock.now + .microseconds(delay)
      while ContinuousClock.now < moment { continue }
      return try second.sessions(where: "xact_start IS NOT NULL")
    }
    try await serve.kill9()
    if startIsKilled {
      try await serve.startAndKill9 { try second.sessions(where: "true") > 0 }
    }
    try await serve.start()
    kills += 1
    return true
  }

  /// Kills while the body, which makes the traffic, runs.
  mutating func killing<R: Sendable>(
    while body: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    let traffic = traffic
    async let result = Killer.ending(traffic, body)
    while try await kill() { continue }
    return try await result
  }

  private static func ending<R: Sendable>(
    _ traffic: Traffic, _ body: @Sendable () async throws -> R
  ) async throws -> R {
    defer { traffic.end() }
    return try await body()
  }
}

extension SecondConnection {
  /// How many sessions of the service on this database are so.
  func sessions(where condition: String) throws -> Int {
    let rows = try rows(
      """
      SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'countersign' AND (\(condition))
      """)
    return Int(rows[0][0]) ?? 0
  }
}
