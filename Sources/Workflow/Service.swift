package import Domain
import Foundation
package import Postgres
package import Tokens

/// What every command and query works with; made once, in the executable.
package struct Service: Sendable {
  package let database: Database
  package let clock: Clock
  package let zones: Zones
  package let suffixes: PublicSuffixes
  package let settings: Settings
  /// What this replica signs tokens with; its public half is registered at the start.
  package let signingKey: SigningKey
  /// Asks the targets' hosts; nil: nobody is asked, and what contents declare counts.
  package let fetcher: (any SiteFetcher)?
  let databaseClock = DatabaseClock()
  let keyMemory = KeyMemory()

  package init(
    database: Database, clock: Clock, zones: Zones, suffixes: PublicSuffixes,
    settings: Settings, signingKey: SigningKey, fetcher: (any SiteFetcher)? = nil
  ) {
    self.database = database
    self.clock = clock
    self.zones = zones
    self.suffixes = suffixes
    self.settings = settings
    self.signingKey = signingKey
    self.fetcher = fetcher
  }

  /// About the time of the database's clock, for `Retry-After`; decides nothing.
  package var now: Timestamp {
    clock.read(Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)))
  }

  /// What an operator decides about the process.
  package struct Settings: Sendable {
    /// Whether personal tokens may sign decisions (lifecycle R7); only `dev` says so by itself.
    package let tokensDecide: Bool
    /// The newest migration this binary knows; readiness compares it.
    package let schemaVersion: Int64
    /// The bytes of openapi.yaml, served as they are.
    package let openAPI: [UInt8]

    package init(tokensDecide: Bool, schemaVersion: Int64, openAPI: [UInt8]) {
      self.tokensDecide = tokensDecide
      self.schemaVersion = schemaVersion
      self.openAPI = openAPI
    }
  }
}

/// Which time it is, given what the database's clock says; tests put a manual clock here.
package struct Clock: Sendable {
  package let read: @Sendable (_ database: Timestamp) -> Timestamp

  package init(read: @escaping @Sendable (_ database: Timestamp) -> Timestamp) {
    self.read = read
  }

  /// The database's clock decides.
  package static let database = Clock { $0 }
}
