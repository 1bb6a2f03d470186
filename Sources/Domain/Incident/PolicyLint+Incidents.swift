extension PolicyLint {
  /// `{clocks, outage}`: what a policy says of incidents.
  var incidents: JSONField<IncidentPolicy> {
    .object { body in
      let clocks = body.required("clocks", .array(0...50, of: clock))
      let outage = body.required("outage", outage)
      guard let clocks, let outage else { return nil }
      if Set(clocks.map(\.name)).count != clocks.count {
        body.record(.duplicate, at: "clocks", "a clock stands twice")
      }
      return IncidentPolicy(clocks: clocks, outage: outage)
    }
  }

  private var clock: JSONField<IncidentClock> {
    .object { body in
      let name = body.required("clock", .string(1...50))
      let text = body.required("text", .prose(500))
      let chinese = body.optional("text_zh", .prose(500))
      let minutes = body.required("minutes", .integer(1...525_600))
      let byKind = body.optional("by_operator_kind", .array(1...7, of: .minutesOfKind)) ?? []
      let sources = body.required("sources", .set(1...5, of: .choice(Incident.Source.self)))
      let basis = body.required("basis", .set(0...50, of: basisID))
      guard let name, let text, let minutes, let sources, let basis else { return nil }
      if Set(byKind.map(\.kind)).count != byKind.count {
        body.record(.duplicate, at: "by_operator_kind", "a kind stands twice")
      }
      return IncidentClock(
        name: name, text: text, textChinese: chinese, minutes: minutes,
        minutesByOperatorKind: Dictionary(
          byKind.map { ($0.kind, $0.minutes) }, uniquingKeysWith: { first, _ in first }),
        sources: Set(sources), basis: basis)
    }
  }

  private var outage: JSONField<OutageLimits> {
    .object { body in
      let share = body.required("failed_share_percent", .integer(1...100))
      let warn = body.required("warn_minutes", .integer(1...525_600))
      let suspend = body.required("suspend_minutes", .integer(1...525_600))
      let thresholds = body.required("thresholds", .array(0...20, of: threshold))
      guard let share, let warn, let suspend, let thresholds else { return nil }
      if suspend < warn {
        body.record(.outOfRange, at: "suspend_minutes", "must not be before the warning")
      }
      return OutageLimits(
        failedSharePercent: share, warnMinutes: warn, suspendMinutes: suspend,
        thresholds: thresholds)
    }
  }

  private var threshold: JSONField<OutageThreshold> {
    .object { body in
      let users = body.required("users", .integer(0...IncidentImpact.usersMax))
      let minutes = body.required("minutes", .integer(1...525_600))
      let text = body.required("text", .prose(500))
      let chinese = body.optional("text_zh", .prose(500))
      let basis = body.required("basis", .set(0...50, of: basisID))
      guard let users, let minutes, let text, let basis else { return nil }
      return OutageThreshold(
        users: users, minutes: minutes, text: text, textChinese: chinese, basis: basis)
    }
  }
}

/// A time that holds for one kind of operator.
struct MinutesOfKind {
  let kind: OperatorKind
  let minutes: Int64
}

extension JSONField where Value == MinutesOfKind {
  /// `{operator_kind, minutes}`.
  static var minutesOfKind: JSONField {
    .object { body in
      let kind = body.required("operator_kind", .choice(OperatorKind.self))
      let minutes = body.required("minutes", .integer(1...525_600))
      guard let kind, let minutes else { return nil }
      return MinutesOfKind(kind: kind, minutes: minutes)
    }
  }
}
