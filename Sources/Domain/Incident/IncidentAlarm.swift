/// That a deadline of an incident comes, or that an outage has become long: told once for each.
package struct IncidentAlarm: Hashable, Sendable, CustomStringConvertible {
  package enum Mark: String, Hashable, Sendable, CaseIterable {
    /// Half of a clock's time is over and nobody has met it.
    case deadlineHalf = "deadline_half"
    case deadlineOver = "deadline_over"
    /// A site's meter has reached a level.
    case outageWarn = "outage_warn"
    case outageSuspend = "outage_suspend"
    case outageReached = "outage_reached"
  }

  package let incident: IncidentID
  package let mark: Mark
  /// The name of a clock, or a host.
  package let about: String

  package init(_ mark: Mark, about: String, of incident: IncidentID) {
    self.incident = incident
    self.mark = mark
    self.about = about
  }

  /// Under which it is remembered.
  package var key: String { "\(mark.rawValue) \(about)" }

  package var description: String { "\(incident) \(key)" }

  /// Whether grants that are about it stand still from now on.
  package var suspends: Bool { mark == .outageSuspend || mark == .outageReached }
}

extension Incident {
  /// Everything that is to be told by an instant, in a stable order. Of two marks of a clock that
  /// time has passed only the later one is; every level of a meter is told.
  package func alarms(
    deadlines: [IncidentDeadline], meters: [OutageMeter], limits: OutageLimits?,
    at now: Timestamp
  ) -> [IncidentAlarm] {
    guard isOpen else { return [] }
    let clocks = deadlines.filter { $0.metBy == nil && $0.halfAt <= now }.map { deadline in
      IncidentAlarm(
        deadline.standing(at: now) == .overdue ? .deadlineOver : .deadlineHalf,
        about: deadline.clock.name, of: id)
    }
    guard let limits else { return clocks }
    let marks: [(OutageMeter.Level, IncidentAlarm.Mark)] = [
      (.warn, .outageWarn), (.suspend, .outageSuspend), (.reached, .outageReached),
    ]
    return clocks
      + meters.flatMap { meter in
        marks.filter { meter.level(by: limits) >= $0.0 }.map {
          IncidentAlarm($0.1, about: meter.site.text, of: id)
        }
      }
  }

  /// The alarm as it is recorded; nil when it is over.
  package func raised(
    _ alarm: IncidentAlarm, deadlines: [IncidentDeadline], meters: [OutageMeter],
    limits: OutageLimits?, by actor: Actor, at now: Timestamp
  ) -> Ruling<IncidentAlarm>? {
    let standing = alarms(deadlines: deadlines, meters: meters, limits: limits, at: now)
    guard standing.contains(alarm) else { return nil }
    var detail: JSONObject = ["mark": .string(alarm.mark.rawValue)]
    switch alarm.mark {
    case .deadlineHalf, .deadlineOver:
      let deadline = deadlines.first { $0.clock.name == alarm.about }
      detail["clock"] = .string(alarm.about)
      detail["due_at"] = deadline.map { JSON($0.dueAt) }
    case .outageWarn, .outageSuspend, .outageReached:
      let meter = meters.first { $0.site.text == alarm.about }
      detail["site"] = .string(alarm.about)
      detail["seconds"] = meter.map { JSON($0.cumulativeSeconds) }
      detail["users"] = meter?.users.map { JSON($0) }
    }
    detail["owner"] = owner.map { JSON($0) }
    let type: EventType =
      switch alarm.mark {
      case .deadlineHalf, .deadlineOver: .reminderIncidentDeadline
      case .outageWarn, .outageSuspend, .outageReached: .incidentOutageReached
      }
    return Ruling(alarm, entry(type, by: actor, at: now, detail: detail))
  }
}
