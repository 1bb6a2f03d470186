import ArgumentParser
import Domain

/// What an approval is given for: numbers for the first target, or for the one that is named.
struct ConditionOptions: ParsableArguments {
  @Option(help: "At most so many requests a second.") var maxRPS: Rate?
  @Option(help: "At most so many requests at once.") var maxConcurrency: Int64?
  @Option(help: "At most so many requests in a burst.") var burst: Int64?
  @Option(help: "At most so many workers.") var maxWorkers: Int64?
  @Option(help: "At most so many requests a day.") var dailyRequests: Int64?
  @Option(
    name: .customLong("window"),
    help: "Only in these hours of the target's zone, every day: 22:00-06:00. May be repeated.")
  var windows: [HoursArgument] = []
  @Option(help: "Which target the numbers are for, from 0.") var target: Int64 = 0
  @Option(help: "Not after this day.") var endsOn: LocalDate?
  @Option(help: "A remark on the conditions.") var note: String?
  @Option(
    name: .customLong("condition"),
    help: "The same for any target: 1.max_rps=0.1, 0.burst=1 … May be repeated.")
  var conditions: [ConditionArgument] = []

  /// The body's `conditions`; nil where nothing is asked for.
  var json: JSON? {
    var targets: [Int64: JSONObject] = [:]
    func set(_ index: Int64, _ name: String, _ value: JSON?) {
      guard let value else { return }
      var members = targets[index] ?? ["index": JSON(index)]
      members[name] = value
      targets[index] = members
    }
    set(target, "max_rps", maxRPS.map { JSON($0) })
    set(target, "max_concurrency", maxConcurrency.map { JSON($0) })
    set(target, "burst", burst.map { JSON($0) })
    set(target, "max_workers", maxWorkers.map { JSON($0) })
    set(target, "daily_requests", dailyRequests.map { JSON($0) })
    set(target, "windows", windows.isEmpty ? nil : .array(windows.map(\.json)))
    for condition in conditions { set(condition.target, condition.name, condition.value) }
    guard !targets.isEmpty || endsOn != nil else { return nil }
    var members: JSONObject = [
      "targets": .array(targets.sorted { $0.key < $1.key }.map { .object($0.value) })
    ]
    members["ends_on"] = endsOn.map { JSON($0) }
    members["note"] = note.map { .string($0) }
    return .object(members)
  }

  func validate() throws {
    if note != nil, json == nil { throw ValidationError("--note goes with a condition") }
  }
}

/// `22:00-06:00`, every day.
struct HoursArgument: ExpressibleByArgument {
  let json: JSON

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let start = ClockTime(parts[0]), let end = ClockTime(parts[1]),
      start != end, start.minute < 1_440
    else { return nil }
    json = [
      "days": "all", "start": .string(start.description), "end": .string(end.description),
    ]
  }
}

/// `0.max_rps=0.1`.
struct ConditionArgument: ExpressibleByArgument {
  let target: Int64
  let name: String
  let value: JSON

  init?(argument: String) {
    let sides = argument.split(separator: "=", maxSplits: 1).map(String.init)
    let place = sides[0].split(separator: ".", maxSplits: 1).map(String.init)
    guard sides.count == 2, place.count == 2, let target = Int64(place[0]), target >= 0,
      let value = ConditionArgument.value(of: place[1], sides[1])
    else { return nil }
    (self.target, name, self.value) = (target, place[1], value)
  }

  private static func value(of name: String, _ text: String) -> JSON? {
    switch name {
    case "max_rps": Rate(literal: text).map { JSON($0) }
    case "burst", "max_concurrency", "max_workers", "daily_requests":
      Int64(text).map { JSON($0) }
    default: nil
    }
  }
}

extension LocalDate: ExpressibleByArgument {
  /// `2026-12-31`.
  public init?(argument: String) { self.init(argument) }
}
