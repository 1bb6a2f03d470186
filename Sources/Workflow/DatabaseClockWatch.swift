package import Domain
import Synchronization

/// Notices when the database's clock was moved against the process's own, which runs on steadily.
package final class DatabaseClockWatch: Sendable {
  private struct State {
    var last: ClockSighting?
    /// A step that no quarantine is recorded for yet: until then every call meets it.
    var step: Int64?
    /// The step before, and when its quarantine was recorded: who asked before did not see it.
    var settled: (step: Int64, at: Int64)?
  }

  private static let beginning = ContinuousClock.now
  private let state = Mutex(State())

  package init() {}

  /// The process's own clock.
  package static var microseconds: Int64 {
    let elapsed = beginning.duration(to: .now).components
    return elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000
  }

  /// Compares a reading with the one before.
  ///
  /// Error: `Disturbance.clock` when the clock was moved, and until `settle`.
  package func note(_ sighting: ClockSighting) throws(Disturbance) {
    let step = state.withLock { state -> Int64? in
      if let step = state.step { return step }
      if let settled = state.settled, sighting.earliest <= settled.at { return settled.step }
      let step = state.last.flatMap(sighting.step(since:))
      state.step = step
      // A reading that was long under way says less than the one before.
      if step != nil || state.last.map({ sighting.isSharper(than: $0) }) ?? true {
        state.last = sighting
      }
      return step
    }
    if let step { throw .clock(stepMicroseconds: step) }
  }

  /// A quarantine for the step is recorded.
  package func settle() {
    state.withLock { state in
      guard let step = state.step else { return }
      state.settled = (step, DatabaseClockWatch.microseconds)
      state.step = nil
    }
  }
}

extension ClockSighting {
  /// Whether to compare with it later: a newer one unless it took much longer.
  fileprivate func isSharper(than other: ClockSighting) -> Bool {
    latest - earliest <= max(other.latest - other.earliest, 50_000)
  }
}
