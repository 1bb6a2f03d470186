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
  /// What this replica signs tokens with.
  let keyRing: KeyRing
  /// Asks the targets' hosts; nil: nobody is asked, and what contents declare counts.
  package let fetcher: (any SiteFetcher)?
  /// Where messages may be sent to.
  package let reach: Reach
  /// Epoch events, and who waits for them at this replica.
  package let feed = RevocationFeed()
  /// Refused lease calls that are not written down yet.
  package let refusals = RefusalTally()
  let databaseClock = DatabaseClock()
  package let clockWatch = DatabaseClockWatch()
  let keyMemory = KeyMemory()
  /// Renewals that wait for each other at this replica.
  package let renewals: RenewalQueue

  package init(
    database: Database, clock: Clock, zones: Zones, suffixes: PublicSuffixes,
    settings: Settings, keyRing: KeyRing = KeyRing(), fetcher: (any SiteFetcher)? = nil,
    reach: Reach = .nowhere
  ) {
    self.database = database
    self.clock = clock
    self.zones = zones
    self.suffixes = suffixes
    self.settings = settings
    self.keyRing = keyRing
    self.fetcher = fetcher
    self.reach = reach
    renewals = RenewalQueue(batchMax: settings.renewalBatchMax)
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
    /// How token keys take turns.
    package let keyPlan: KeyPlan
    /// How many renewals of one budget go together at most; 1: each by itself.
    package let renewalBatchMax: Int

    package init(
      tokensDecide: Bool, schemaVersion: Int64, openAPI: [UInt8], sealingKey: SealingKey? = nil,
      keyPlan: KeyPlan = .standard, renewalBatchMax: Int = RenewalQueue.batchMaxUsual
    ) {
      self.tokensDecide = tokensDecide
      self.schemaVersion = schemaVersion
      self.openAPI = openAPI
      self.sealingKey = sealingKey
      self.keyPlan = keyPlan
      self.renewalBatchMax = renewalBatchMax
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
