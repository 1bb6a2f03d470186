/// Where the database is and how patient we are with it.
package struct DatabaseConfiguration: Sendable {
  /// A `postgresql://` URI or a `keyword=value` connection string of libpq.
  package var url: String
  /// The most connections each loop opens.
  package var connectionsPerLoopMax = 8
  /// The most transactions of one lane that may wait on each loop, for each connection that the
  /// lane may hold there: what it serves in a second at 16 ms each.
  package var waitersPerConnectionMax = 64
  /// How long a transaction waits for a connection; a twentieth of it once the queue of its lane
  /// has not been empty for so long.
  package var poolWaitMilliseconds = 2_000
  /// How long a connection stays open without work; the last of a loop stays.
  package var idleMilliseconds = 60_000
  /// How long connecting may take, names and TLS included.
  package var connectMilliseconds = 5_000
  /// `statement_timeout` of every session; zero turns it off.
  package var statementMilliseconds = 5_000
  /// `lock_timeout` of every session; zero turns it off.
  package var lockMilliseconds = 250
  /// `idle_in_transaction_session_timeout` of every session; zero turns it off.
  package var idleInTransactionMilliseconds = 10_000
  /// `idle_session_timeout` of every session; zero leaves it to the server.
  package var idleSessionMilliseconds = 0
  /// `application_name` of every session.
  package var applicationName = "countersign"

  /// Defaults for everything but the place.
  package init(url: String) {
    self.url = url
  }
}

extension DatabaseConfiguration: CustomStringConvertible {
  /// Never the URL, which may hold a password.
  package var description: String {
    "DatabaseConfiguration(url: redacted, connectionsPerLoopMax: \(connectionsPerLoopMax))"
  }
}
