/// A while in which no lease is given, because what was counted before may not be all that is out
/// there (budgets.md, Clock and failover).
package struct Quarantine: Hashable, Sendable {
  package let cause: Cause
  package let until: Timestamp
  /// Where leases are counted from now on.
  package let cluster: String

  package enum Cause: String, Hashable, Sendable {
    /// The database is a promoted standby, or was restored: it may not know of leases that live.
    case clusterChanged = "cluster_changed"
    /// The database's clock was moved: leases may live longer than it says.
    case clockStepped = "clock_stepped"
  }

  /// Nothing that was given before lives longer: the longest term and its guard.
  package static let seconds = LeaseTerm.secondsMost + LeaseTerm.guardSeconds
}

/// Where leases were counted last, and the quarantine that stands or stood.
package struct LeaseGuard: Hashable, Sendable {
  package let cluster: String
  package let until: Timestamp?

  package init(cluster: String, until: Timestamp?) {
    self.cluster = cluster
    self.until = until
  }
}

/// What somebody found wrong with cluster or clock, while leases were to be given.
package enum Disturbance: Error, Hashable, Sendable {
  case cluster
  /// The database's clock moved by this against the process's own.
  case clock(stepMicroseconds: Int64)

  /// A clock step that another replica has noticed already is not noticed anew within this.
  private static let sameStepSeconds: Int64 = 10

  /// The quarantine to begin; nil where there is no need.
  ///
  /// - Parameters:
  ///   - standing: nil in a database in which no lease call was ever made.
  ///   - cluster: where this is.
  ///   - hasLeases: whether a lease was ever given.
  package func quarantine(
    after standing: LeaseGuard?, in cluster: String, hasLeases: Bool, at now: Timestamp
  ) -> Quarantine? {
    let until = now.adding(seconds: Quarantine.seconds)
    switch self {
    case .cluster:
      guard hasLeases, standing?.cluster != cluster else { return nil }
      return Quarantine(
        cause: .clusterChanged, until: max(until, standing?.until ?? until), cluster: cluster)
    case .clock:
      if let old = standing?.until, until < old.adding(seconds: Disturbance.sameStepSeconds) {
        return nil
      }
      return Quarantine(cause: .clockStepped, until: until, cluster: cluster)
    }
  }
}

extension Quarantine {
  /// The same, to be recorded.
  package func begun(
    because disturbance: Disturbance, before: LeaseGuard?, by actor: Actor, at now: Timestamp
  ) -> Ruling<Quarantine> {
    var detail: JSONObject = [
      "cause": .string(cause.rawValue), "until": JSON(until), "cluster": .string(cluster),
    ]
    if let before, before.cluster != cluster { detail["cluster_before"] = .string(before.cluster) }
    if case .clock(let step) = disturbance { detail["step_us"] = JSON(step) }
    return Ruling(
      self,
      LogEntry(
        .leasesQuarantined, stream: .service, object: EventObject("service", "leases"),
        by: actor, at: now, detail: detail))
  }

  /// What the service finds where one begins.
  package func finding(because disturbance: Disturbance) -> IncidentFinding {
    switch disturbance {
    case .cluster:
      IncidentFinding(
        .quarantine, on: "service",
        note: "The database was restored or promoted: nothing is leased until \(until).")
    case .clock(let step):
      IncidentFinding(
        .clockStep, on: "service",
        note: "The database's clock moved by \(step) µs: nothing is leased until \(until).")
    }
  }
}
