/// What an enforcement point tells: the terms it has seen, what passed, what did not.
package struct EnforcementReport: Hashable, Sendable {
  /// In any order, each lease once.
  package let sightings: [Sighting]
  package let clock: ClockReport?

  /// How many leases a report may name.
  package static let sightingsMax = 200

  /// One chain as the enforcement point sees it.
  package struct Sighting: Hashable, Sendable {
    package let lease: LeaseID
    /// The newest term that it has seen. It refuses those before from then on.
    package let term: Int64
    /// Let through since its last report.
    package let requests: Int64
    /// Turned away since its last report.
    package let refusals: Int64
    /// The most that it saw in a second, before it turned anything away.
    package let mostRPS: Rate

    package init(
      lease: LeaseID, term: Int64, requests: Int64, refusals: Int64, mostRPS: Rate
    ) {
      self.lease = lease
      self.term = term
      self.requests = requests
      self.refusals = refusals
      self.mostRPS = mostRPS
    }
  }

  package init(sightings: [Sighting], clock: ClockReport?) {
    self.sightings = sightings
    self.clock = clock
  }
}

extension EnforcementReport {
  /// `{leases: [{lease, term, requests?, refusals?, max_rps_seen?}], clock?}`.
  package static func read(_ body: JSONReader) -> EnforcementReport? {
    let sightings = body.required("leases", .sightings)
    let clock = body.optional("clock", .clockReport)
    guard let sightings else { return nil }
    return EnforcementReport(sightings: sightings, clock: clock)
  }
}

extension JSONField where Value == [EnforcementReport.Sighting] {
  fileprivate static var sightings: JSONField {
    .array(0...EnforcementReport.sightingsMax, of: .sighting).map { sightings, slot in
      var seen: Set<LeaseID> = []
      for (index, sighting) in sightings.enumerated() where !seen.insert(sighting.lease).inserted {
        slot.at(index, .null).record(.duplicate, "names a lease that stands in the list already")
      }
      return seen.count == sightings.count ? sightings : nil
    }
  }
}

extension JSONField where Value == EnforcementReport.Sighting {
  fileprivate static var sighting: JSONField {
    .object { body in
      let count = JSONField<Int64>.integer(0...UsageReport.countMax)
      let lease = body.required("lease", .identifier(LeaseKind.self))
      let term = body.required("term", .integer(1...UsageReport.countMax))
      let requests = body.optional("requests", count)
      let refusals = body.optional("refusals", count)
      let seen = body.optional("max_rps_seen", .rateSeen)
      guard let lease, let term else { return nil }
      return EnforcementReport.Sighting(
        lease: lease, term: term, requests: requests ?? 0, refusals: refusals ?? 0,
        mostRPS: seen ?? .none)
    }
  }
}

extension JSONField where Value == ClockReport {
  fileprivate static var clockReport: JSONField {
    .object { body in
      let most = ClockReport.millisecondsMax
      let offset = body.required("offset_ms", .integer(-most...most))
      let uncertainty = body.required("uncertainty_ms", .integer(0...most))
      guard let offset, let uncertainty else { return nil }
      return ClockReport(offsetMilliseconds: offset, uncertaintyMilliseconds: uncertainty)
    }
  }
}
