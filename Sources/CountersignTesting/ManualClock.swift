package import Domain
internal import Synchronization
package import Workflow

/// A clock that tests move; until it is set it shows the database's time.
package final class ManualClock: Sendable {
  private enum Setting: Sendable {
    case database
    case fixed(Timestamp)
    case ahead(microseconds: Int64)
  }

  private let setting = Mutex<Setting>(.database)

  package init() {}

  /// Stands still at `now`.
  package func set(to now: Timestamp) {
    setting.withLock { $0 = .fixed(now) }
  }

  /// Runs with the database's clock, but `seconds` ahead of it.
  package func runAhead(seconds: Int64) {
    setting.withLock { $0 = .ahead(microseconds: seconds * 1_000_000) }
  }

  package var clock: Clock {
    Clock { database in
      self.setting.withLock { setting in
        switch setting {
        case .database: database
        case .fixed(let now): now
        case .ahead(let microseconds): database.adding(microseconds: microseconds)
        }
      }
    }
  }
}
