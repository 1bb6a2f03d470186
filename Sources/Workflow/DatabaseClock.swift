package import Domain
import Synchronization

/// The database's clock as far as this process knows it, from memory between measurements.
package final class DatabaseClock: Sendable {
  /// What the clock showed, and how well that is known.
  package struct Reading: Hashable, Sendable {
    package let now: Timestamp
    /// Half a round trip and what two clocks drift apart since.
    package let uncertaintyMicroseconds: Int64
  }

  /// A measurement older than this is made anew.
  static let measurementSecondsMax: Int64 = 10
  /// How far two clocks may drift apart: 100 µs in a second.
  private static let driftPerMillion: Int64 = 100

  private struct Measurement {
    let at: ContinuousClock.Instant
    let reading: Reading
  }

  private let last = Mutex<Measurement?>(nil)

  package init() {}

  /// The clock from memory; nil when it was not measured lately.
  func reading() -> Reading? {
    last.withLock { $0 }.flatMap { measurement in
      let elapsed = measurement.at.duration(to: .now).microseconds
      guard elapsed < DatabaseClock.measurementSecondsMax * 1_000_000 else { return nil }
      return Reading(
        now: measurement.reading.now.adding(microseconds: elapsed),
        uncertaintyMicroseconds: measurement.reading.uncertaintyMicroseconds
          + elapsed * DatabaseClock.driftPerMillion / 1_000_000)
    }
  }

  /// Measures with one question to the database: its answer stands for the middle of the trip.
  func measure(
    _ ask: () async throws -> Timestamp
  ) async rethrows -> Reading {
    let asked = ContinuousClock.now
    let shown = try await ask()
    let answered = ContinuousClock.now
    let half = asked.duration(to: answered).microseconds / 2
    let reading = Reading(
      now: shown.adding(microseconds: half), uncertaintyMicroseconds: half + 1)
    last.withLock { $0 = Measurement(at: answered, reading: reading) }
    return reading
  }
}

extension Duration {
  fileprivate var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}
