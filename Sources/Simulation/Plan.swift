/// What a simulated history is made of. Times in it are microseconds of true time.
package struct Plan: Hashable, Sendable {
  package var seconds: Int64 = 3_600
  /// How many workers there are at the start, shared out over the projects.
  package var workers = 24
  /// Budgets, each of another proposal, on one site; every second one on a site nested in it.
  package var projects = 3
  package var enforcementPoints = 6
  package var replicas = 2
  /// How many workers hold a lease of one budget at once; nil: all of them.
  package var places: Int64?

  /// The share of messages that never arrive, of those that arrive twice, and of those that
  /// arrive up to twenty seconds late and so out of order.
  package var loss = 0.03
  package var doubling = 0.01
  package var lateness = 0.01
  /// How long a message takes that is not late.
  package var latencyMicroseconds: ClosedRange<Int64> = 2_000...60_000
  /// How far the enforcement points' clocks are off, either way.
  package var skewMicroseconds: Int64 = 2_500_000

  /// How often an hour each of these comes, all workers taken together.
  package var crashes = 6.0
  package var joins = 4.0
  package var leaves = 4.0
  /// All workers of a project end, and as many others begin some seconds later.
  package var deployments = 2.0
  /// A worker, or an enforcement point, hears nothing for some minutes.
  package var partitions = 4.0
  /// Cuts of a ceiling, every second one at once; each is taken back later.
  package var cuts = 2.0
  /// Steps of the database's clock of up to ten seconds, either way.
  package var clockSteps = 0.0
  /// How often the database is set back to a state of up to three minutes before.
  package var restores = 0.0
  package var quarantine = Quarantine.kept

  /// Whether a service that finds itself on an older state waits until all leases have run out.
  package enum Quarantine: Hashable, Sendable { case kept, skipped }

  package init() {}

  var end: Int64 { seconds * 1_000_000 }
}

/// By which rule shares are given.
package enum ShareRule: String, Hashable, Sendable, CaseIterable {
  /// The rules of Domain, as the service uses them.
  case countersign
  /// Doorman's: a share counts as the last answer has it, until it expires; whoever hears nothing
  /// keeps it.
  case doorman
}
