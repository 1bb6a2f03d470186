package import Metrics
internal import Reactor

/// What a pool is doing and has counted.
struct PoolReading: Sendable {
  var meter = PoolMeter()
  /// By state: `connecting`, `idle`, then those at work by lane.
  var connections = PoolReading.states.map { _ in 0 }
  /// By lane.
  var waiting = PoolLane.allCases.map { _ in 0 }

  static let states = ["connecting", "idle"] + PoolLane.allCases.map { "\($0)" }

  static func + (one: PoolReading, other: PoolReading) -> PoolReading {
    PoolReading(
      meter: one.meter + other.meter,
      connections: zip(one.connections, other.connections).map(+),
      waiting: zip(one.waiting, other.waiting).map(+))
  }
}

extension Database {
  /// The numbers of all pools together. From any thread; each loop is asked in its turn.
  package func families() async -> [MetricFamily] {
    var sum = PoolReading()
    for pool in pools { sum = sum + (await pool.reading()) }
    return [
      MetricFamily(
        "database_connections",
        "Connections to the database: free, being made, or at work by lane.",
        .gauges(
          zip(PoolReading.states, sum.connections).map { ([("state", $0)], Double($1)) })),
      .gauge(
        "database_connections_max", "Connections that may be open.",
        Double(pools.reduce(0) { $0 + $1.connectionsMax })),
      MetricFamily(
        "database_waiting", "Transactions waiting for a connection, by lane.",
        .gauges(PoolLane.allCases.map { ([("lane", "\($0)")], Double(sum.waiting[$0.rawValue])) })),
      MetricFamily(
        "database_wait_seconds",
        "How long transactions waited for the connection they got, by lane.",
        .histograms(PoolLane.allCases.map { ([("lane", "\($0)")], sum.meter.waits[$0.rawValue]) })),
      MetricFamily(
        "database_refused_total", "Transactions that got no connection, by lane and reason.",
        .counters(refusals(sum.meter))),
      MetricFamily(
        "database_transactions_total",
        "Transactions that got a connection, by how they ended; unknown: lost during COMMIT.",
        .counters(
          TransactionCounts.outcomes.map { outcome in
            let counts = pools.map { $0.transactions.count(of: outcome) }
            return ([("outcome", outcome)], Double(counts.reduce(0, +)))
          })),
    ]
  }

  private func refusals(_ meter: PoolMeter) -> [(labels: [MetricLabel], value: Double)] {
    PoolLane.allCases.flatMap { lane in
      zip(PoolMeter.reasons, meter.refusals[lane.rawValue]).map { reason, count in
        ([("lane", "\(lane)"), ("reason", reason)], Double(count))
      }
    }
  }
}
