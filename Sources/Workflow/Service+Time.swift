import Domain
import Postgres
import Store

extension Service {
  /// The database's clock: from memory, and measured anew when that is too old.
  package func time() async throws -> DatabaseClock.Reading {
    if let reading = databaseClock.reading() { return reading }
    return try await databaseClock.measure {
      try await lookUnauthenticated { (tx: borrowing Transaction) in
        clock.read(try await ClockStore.now(in: tx))
      }
    }
  }
}
