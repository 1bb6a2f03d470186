extension Conditions {
  /// How many characters a note may have.
  package static let noteCharactersMax = 2_000

  /// `{targets?, ends_on?, note?}`.
  package static var field: JSONField<Conditions> {
    .object { body in
      let targets = body.optional("targets", .conditionTargets)
      let endsOn = body.optional("ends_on", .date)
      let note = body.optional("note", .string(0...noteCharactersMax))
      return Conditions(targets: targets ?? [], endsOn: endsOn, note: note)
    }
  }

  /// As it was read; equal windows print equally, however they were written.
  package var json: JSON {
    var members: JSONObject = ["targets": .array(targets.map(\.json))]
    members["ends_on"] = endsOn.map { JSON($0) }
    members["note"] = note.map { .string($0) }
    return .object(members)
  }

  /// The numbers alone, for the log: rates in µrps, no words.
  package var logDetail: JSON {
    var members: JSONObject = ["targets": .array(targets.map(\.logDetail))]
    members["ends_on"] = endsOn.map { JSON($0) }
    return .object(members)
  }
}

extension JSONField where Value == [TargetConditions] {
  /// Conditions on the targets of a content, each target once; which of them exist, the rules
  /// say (`Conditions.checkTargets`).
  package static var conditionTargets: JSONField {
    JSONField<[TargetConditions]>.array(0...ProposalContent.targetsMax, of: .targetConditions)
      .map { targets, slot in
        var seen: Set<Int> = []
        for (place, target) in targets.enumerated() where !seen.insert(target.index).inserted {
          slot.at(place, .null).at("index", .null)
            .record(.duplicate, "the target stands in the list already")
        }
        return targets
      }
  }
}

extension JSONField where Value == TargetConditions {
  /// `{index, max_rps?, burst?, max_concurrency?, max_workers?, daily_requests?, windows?}`.
  fileprivate static var targetConditions: JSONField {
    .object { body in
      let index = body.required("index", .integer(0...Int64(ProposalContent.targetsMax) - 1))
      let rate = body.optional("max_rps", .rate)
      let burst = body.optional("burst", .integer(1...10_000))
      let concurrency = body.optional("max_concurrency", .integer(1...10_000))
      let workers = body.optional("max_workers", .integer(1...100_000))
      let daily = body.optional("daily_requests", .integer(1...1_000_000_000))
      let windows = body.optional("windows", .array(1...50, of: .window))
      guard let index else { return nil }
      return TargetConditions(
        index: Int(index), maxRate: rate, burst: burst, maxConcurrency: concurrency,
        maxWorkers: workers, dailyRequests: daily, windows: windows.map { WindowSet($0) })
    }
  }
}

extension TargetConditions {
  fileprivate var json: JSON {
    var members: JSONObject = ["index": JSON(index)]
    members["max_rps"] = maxRate.map { JSON($0) }
    for (name, value) in counts { members[name] = JSON(value) }
    members["windows"] = windows?.json
    return .object(members)
  }

  fileprivate var logDetail: JSON {
    var members: JSONObject = ["index": JSON(index)]
    members["max_urps"] = maxRate.map { JSON($0.microRPS) }
    for (name, value) in counts { members[name] = JSON(value) }
    members["windows"] = windows?.json
    return .object(members)
  }

  private var counts: [(name: String, value: Int64)] {
    [
      ("burst", burst), ("max_concurrency", maxConcurrency), ("max_workers", maxWorkers),
      ("daily_requests", dailyRequests),
    ].compactMap { name, value in value.map { (name: name, value: $0) } }
  }
}
