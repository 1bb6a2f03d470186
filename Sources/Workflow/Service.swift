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
  /// Where messages may be sent to.
  package let reach: Reach
  let databaseClock = DatabaseClock()
  package let clockWatch = DatabaseClockWatch()
  let keyMemory = KeyMemory()

  package init(
    database: Database, clock: Clock, zones: Zones, suffixes: PublicSuffixes,
    settings: Settings, signingKey: SigningKey, fetcher: (any SiteFetcher)? = nil,
    reach: Reach = .nowhere
  ) {
    self.database = database
    self.clock = clock
    self.zones = zones
    self.suffixes = suffixes
    self.settings = settings
    self.signingKey = signingKey
    self.fetcher = fetcher
    self.reach = reach
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
    /// Seals what has to be read again; nil: it is kept as it is.
    let sealingKey: SealingKey?

    package init(
      tokensDecide: Bool, schemaVersion: Int64, openAPI: [UInt8], sealingKey: SealingKey? = nil
    ) {
      self.tokensDecide = tokensDecide
      self.schemaVersion = schemaVersion
      self.openAPI = openAPI
      self.sealingKey = sealingKey
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

/// Which URLs messages may be sent to: whoever sends them checks again at every connection.
package struct Reach: Sendable {
  /// The host of a URL, or why nothing is sent there.
  package enum Finding: Hashable, Sendable {
    case host(String)
    case refused(String)
  }

  package let look: @Sendable (_ url: String) async -> Finding

  package init(look: @escaping @Sendable (_ url: String) async -> Finding) {
    self.look = look
  }

  /// Nothing is sent anywhere.
  package static let nowhere = Reach { _ in .refused("this service sends no messages") }
}
