import Domain
import Postgres
import Store

extension Service {
  /// The database's clock from memory; nil when that is too old.
  package func recalledTime() -> DatabaseClock.Reading? { databaseClock.reading() }

  /// The database's clock: from memory, and measured anew when that is too old.
  package func time() async throws -> DatabaseClock.Reading {
    if let reading = recalledTime() { return reading }
    return try await databaseClock.measure {
      try await lookUnauthenticated { (tx: borrowing Transaction) in
        clock.read(try await ClockStore.now(in: tx))
      }
    }
  }
}
