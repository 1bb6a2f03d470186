extension Allowance {
  /// `{targets: [{index, time_zone, max_rps …, windows}], ends_on, set_by: {targets, ends_on}}`.
  package func json(of content: ProposalContent) -> JSONObject {
    [
      "targets": .array(
        targets.enumerated().map { index, target in
          var members: JSONObject = [
            "index": JSON(index), "time_zone": .string(content.targets[index].zone.name),
          ]
          for member in target.numbers.members { members[member.name] = member.value }
          return .object(members)
        }),
      "ends_on": JSON(endsOn.value),
      "set_by": [
        "targets": .array(targets.map { .object($0.setBy) }), "ends_on": .string(endsOn.setBy),
      ],
    ]
  }

  /// The allowance in the bytes of a counter-offer.
  package init(counter json: JSON) throws(InvalidBody) {
    self = try JSONReader.read(json) { body in
      body.ignore(["proposal", "round", "revision_digest"])
      let targets = body.required("targets", .array(1...ProposalContent.targetsMax, of: .numbers))
      let endsOn = body.required("ends_on", .date)
      let setBy = body.required("set_by", .setters)
      guard let targets, let endsOn, let setBy else { return nil }
      return Allowance(
        targets: zip(targets, setBy.targets).map { TargetAllowance($0, setBy: $1) },
        endsOn: Limit(endsOn, setBy: setBy.endsOn))
    }
  }

  /// The allowance that a round's snapshot showed (`Assessment.json`).
  package init(snapshot json: JSON, of content: ProposalContent) throws(InvalidBody) {
    let targets = try JSONReader.read(json) { body in
      body.ignore(body.names.filter { $0 != "caps" })
      return body.required("caps", .array(1...ProposalContent.targetsMax, of: .cap))
    }
    self.init(targets: targets, endsOn: Limit(content.endsOn, setBy: "request"))
  }
}

extension TargetAllowance {
  fileprivate var numbers: JSONObject {
    [
      "max_rps": JSON(maxRate.value), "burst": JSON(burst.value),
      "max_concurrency": JSON(maxConcurrency.value), "max_workers": JSON(maxWorkers.value),
      "daily_requests": JSON(dailyRequests.value), "windows": windows.value.json,
    ]
  }

  /// Who set each number.
  package var setBy: JSONObject {
    [
      "max_rps": .string(maxRate.setBy), "burst": .string(burst.setBy),
      "max_concurrency": .string(maxConcurrency.setBy),
      "max_workers": .string(maxWorkers.setBy),
      "daily_requests": .string(dailyRequests.setBy), "windows": .string(windows.setBy),
    ]
  }

  fileprivate init(_ numbers: Numbers, setBy: [String: String]) {
    func setter(_ name: String) -> String { setBy[name] ?? "" }
    self.init(
      maxRate: Limit(numbers.maxRate, setBy: setter("max_rps")),
      burst: Limit(numbers.burst, setBy: setter("burst")),
      maxConcurrency: Limit(numbers.maxConcurrency, setBy: setter("max_concurrency")),
      maxWorkers: Limit(numbers.maxWorkers, setBy: setter("max_workers")),
      dailyRequests: Limit(numbers.dailyRequests, setBy: setter("daily_requests")),
      windows: Limit(WindowSet(numbers.windows), setBy: setter("windows")))
  }
}

/// The numbers of one target as they are stored.
private struct Numbers {
  let maxRate: Rate
  let burst: Int64
  let maxConcurrency: Int64
  let maxWorkers: Int64
  let dailyRequests: Int64
  let windows: [Window]

  /// - Parameter rates: what is divided by the cost weight stands apart in a snapshot.
  init?(_ body: JSONReader, rates: (maxRate: Rate, dailyRequests: Int64)?) {
    let burst = body.required("burst", .count)
    let concurrency = body.required("max_concurrency", .count)
    let workers = body.required("max_workers", .count)
    let windows = body.required("windows", .array(0...1_000, of: .window))
    guard let rates, let burst, let concurrency, let workers, let windows else { return nil }
    maxRate = rates.maxRate
    self.burst = burst
    maxConcurrency = concurrency
    maxWorkers = workers
    dailyRequests = rates.dailyRequests
    self.windows = windows
  }

  static func rates(_ body: JSONReader) -> (maxRate: Rate, dailyRequests: Int64)? {
    let rate = body.required("max_rps", .rateOrNone)
    let daily = body.required("daily_requests", .count)
    guard let rate, let daily else { return nil }
    return (rate, daily)
  }
}

extension JSONReader {
  /// Members that are of no interest here.
  fileprivate func ignore(_ names: [String]) {
    for name in names { _ = optional(name, .any) }
  }
}

extension JSONField where Value == Int64 {
  fileprivate static var count: JSONField { .integer(0...Int64.max) }
}

extension JSONField where Value == Numbers {
  fileprivate static var numbers: JSONField {
    .object { body in
      body.ignore(["index", "time_zone"])
      return Numbers(body, rates: Numbers.rates(body))
    }
  }
}

extension JSONField where Value == TargetAllowance {
  /// One of `caps[]`.
  fileprivate static var cap: JSONField {
    .object { body in
      let known = ["granted", "set_by", "burst", "max_concurrency", "max_workers", "windows"]
      body.ignore(body.names.filter { !known.contains($0) })
      let granted = body.required("granted", .granted)
      let setBy = body.required("set_by", .texts)
      let numbers = Numbers(body, rates: granted)
      guard let numbers, let setBy else { return nil }
      return TargetAllowance(numbers, setBy: setBy)
    }
  }
}

extension JSONField where Value == (maxRate: Rate, dailyRequests: Int64) {
  fileprivate static var granted: JSONField { .object(Numbers.rates) }
}

extension JSONField where Value == (targets: [[String: String]], endsOn: String) {
  fileprivate static var setters: JSONField {
    .object { body in
      let targets = body.required("targets", .array(1...ProposalContent.targetsMax, of: .texts))
      let endsOn = body.required("ends_on", .string(0...1_000))
      guard let targets, let endsOn else { return nil }
      return (targets, endsOn)
    }
  }
}

extension JSONField where Value == [String: String] {
  fileprivate static var texts: JSONField {
    .object { body in
      var texts: [String: String] = [:]
      for name in body.names { texts[name] = body.required(name, .string(0...10_000)) }
      return texts
    }
  }
}
