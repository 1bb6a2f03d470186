import Domain
import Workflow

extension ShowSchedule.Output {
  /// `{targets: [{index, time_zone, max_rps, daily_requests, next_opens_at, days: […]}]}`.
  var json: JSON {
    [
      "targets": .array(
        targets.map { target in
          [
            "index": JSON(target.index), "time_zone": .string(target.zone.name),
            "max_rps": JSON(target.rate), "daily_requests": JSON(target.dailyRequests),
            "next_opens_at": JSON(orNull: target.nextOpening(from: now)),
            "days": .array(target.days.map(\.json)),
          ]
        })
    ]
  }
}

extension TargetSchedule.Day {
  /// `{day, open: [{from, to}], open_seconds, most_requests}`.
  fileprivate var json: JSON {
    [
      "day": JSON(date),
      "open": .array(open.map { ["from": JSON($0.lowerBound), "to": JSON($0.upperBound)] }),
      "open_seconds": JSON(openSeconds), "most_requests": JSON(mostRequests),
    ]
  }
}
