/// What a policy says of incidents: the clocks that run, and when an outage is grave.
package struct IncidentPolicy: Hashable, Sendable {
  package let clocks: [IncidentClock]
  package let outage: OutageLimits

  package init(clocks: [IncidentClock], outage: OutageLimits) {
    self.clocks = clocks
    self.outage = outage
  }
}

/// A duty with a time limit that begins when the incident was noticed.
package struct IncidentClock: Hashable, Sendable {
  /// What an entry says in `meets`.
  package let name: String
  package let text: String
  package let textChinese: String?
  package let minutes: Int64
  /// Where it depends on who is harmed: a site of unknown kind counts as the shortest.
  package let minutesByOperatorKind: [OperatorKind: Int64]
  /// The incidents in which it runs.
  package let sources: Set<Incident.Source>
  /// Ids of legal facts; none: a rule of the house.
  package let basis: [String]

  package init(
    name: String, text: String, textChinese: String?, minutes: Int64,
    minutesByOperatorKind: [OperatorKind: Int64], sources: Set<Incident.Source>, basis: [String]
  ) {
    self.name = name
    self.text = text
    self.textChinese = textChinese
    self.minutes = minutes
    self.minutesByOperatorKind = minutesByOperatorKind
    self.sources = sources
    self.basis = basis
  }

  /// The time for sites of these kinds, nil being unknown: the shortest of theirs. Where no site
  /// is named yet nothing is known.
  package func minutes(for kinds: [OperatorKind?]) -> Int64 {
    let shortest = minutesByOperatorKind.values.reduce(minutes, min)
    return (kinds.isEmpty ? [nil] : kinds).reduce(Int64.max) { least, kind in
      min(least, kind.map { minutesByOperatorKind[$0] ?? minutes } ?? shortest)
    }
  }
}

/// One duty in one incident.
package struct IncidentDeadline: Hashable, Sendable {
  package enum Standing: String, Hashable, Sendable, CaseIterable {
    case running, overdue, met
    /// Met, but after its time.
    case late
  }

  package let clock: IncidentClock
  package let beganAt: Timestamp
  package let dueAt: Timestamp
  /// The first entry that says so.
  package let metBy: IncidentEntry?

  /// As of an instant: it is overdue from the instant at which it is due.
  package func standing(at now: Timestamp) -> Standing {
    if let metBy { return metBy.at < dueAt ? .met : .late }
    return now < dueAt ? .running : .overdue
  }

  /// When half of its time is over.
  var halfAt: Timestamp {
    beganAt.adding(microseconds: dueAt.microseconds(since: beganAt) / 2)
  }
}

extension Incident {
  /// The clocks of a policy that run in it, the earliest first.
  package func clocks(of policy: IncidentPolicy?) -> [IncidentClock] {
    (policy?.clocks ?? []).filter { $0.sources.contains(source) }
  }

  /// Every duty with its time, the earliest first.
  package func deadlines(by policy: IncidentPolicy?) -> [IncidentDeadline] {
    clocks(of: policy).map { clock in
      IncidentDeadline(
        clock: clock, beganAt: noticedAt,
        dueAt: noticedAt.adding(seconds: clock.minutes(for: sites.map(\.operatorKind)) * 60),
        metBy: entries.first { $0.meets.contains(clock.name) })
    }.sorted { ($0.dueAt, $0.clock.name) < ($1.dueAt, $1.clock.name) }
  }
}
