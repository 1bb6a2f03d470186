import Domain

extension TargetSchedule {
  /// `{index, time_zone, max_rps, daily_requests, next_opens_at, days: […]}`.
  func json(at now: Timestamp) -> JSON {
    [
      "index": JSON(index), "time_zone": .string(zone.name), "max_rps": JSON(rate),
      "daily_requests": JSON(dailyRequests),
      "next_opens_at": JSON(orNull: nextOpening(from: now)), "days": .array(days.map(\.json)),
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
