package import Domain
package import Postgres
import Store

/// An enforcement point tells what it has seen: which terms, how much passed, how much did not.
///
/// Whoever has seen the newest term of a chain refuses older ones from then on, so that nothing of
/// them is taken up any more (budgets.md I8).
package struct RecordEnforcement: Command {
  package let report: Result<EnforcementReport, InvalidBody>

  package init(report: Result<EnforcementReport, InvalidBody>) {
    self.report = report
  }

  /// The leases whose newest term it was.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [LeaseID] {
    let point = try act.reportingPoint()
    let report = try report.get()
    EnforcementPointStore.record(report.clock, of: point, at: act.now, in: tx)
    return try await EnforcementPointStore.record(
      report.sightings, by: point, at: act.now, in: tx)
  }
}

/// Of which leases an enforcement point saw more than 110 % of what a second may carry.
package struct FindOverLimit: Query {
  package let report: Result<EnforcementReport, InvalidBody>

  package init(report: Result<EnforcementReport, InvalidBody>) {
    self.report = report
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [EnforcementReport.Sighting] {
    let point = try act.reportingPoint()
    let sightings = try report.get().sightings
    let found = try await EnforcementPointStore.overLimit(sightings, by: point, in: tx)
    return sightings.filter { found.contains($0.lease) }
  }
}

/// More was seen of a lease than it allows: the breakers of its hosts open.
package struct StopOverLimit: Command {
  package let sighting: EnforcementReport.Sighting

  package init(sighting: EnforcementReport.Sighting) {
    self.sighting = sighting
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    let point = try act.reportingPoint()
    let context = try await act.context(of: sighting.lease, in: tx)
    let (ground, view, last, _) = try await act.locked(
      context, loggingIn: StreamID(context.grant.id), in: tx)
    guard view.lease.enforcementPoint.id == point else { return }
    let scene = HearingScene(
      lease: view.lease, ground: ground, lastReport: last, sites: context.sites)
    try await act.keep(
      view.lease.sighted(sighting, after: last, breakers: ground.breakers, at: ground.now),
      of: scene, in: tx)
  }
}

extension Act {
  fileprivate func reportingPoint() throws -> String {
    guard let enforcementPoint else {
      throw Refusals(
        .notAllowed(
          act: "A report", who: "enforcement points and pools that enforce themselves"))
    }
    return enforcementPoint
  }
}
