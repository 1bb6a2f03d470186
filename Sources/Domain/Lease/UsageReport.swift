/// What a worker says it did since the last report (budgets.md, Headers and reports).
package struct UsageReport: Hashable, Sendable {
  package let from: Timestamp
  package let to: Timestamp
  package let requests: Int64
  /// Answers by status code.
  package let status: [Int64: Int64]
  package let timeouts: Int64
  package let connectionErrors: Int64
  package let challenges: Int64
  package let bytes: Int64
  package let latency: Latency?
  package let retryAfterSeconds: Int64?
  package let mostRPSSeen: Rate?
  package let logDigest: Digest?

  /// In milliseconds.
  package struct Latency: Hashable, Sendable {
    package let p50: Int64
    package let p95: Int64
    package let max: Int64
  }

  /// The largest count in a report.
  package static let countMax: Int64 = 1_000_000_000_000
  /// The longest time between two reports.
  package static let secondsMax: Int64 = 86_400
  /// How many status codes a report may name.
  package static let statusCodesMax = 100

  package var json: JSON {
    var members: JSONObject = [
      "from": JSON(from), "to": JSON(to), "requests": JSON(requests),
      "status": .object(
        JSONObject(
          members: status.sorted { $0.key < $1.key }.map { (String($0.key), JSON($0.value)) })),
      "timeouts": JSON(timeouts), "connection_errors": JSON(connectionErrors),
      "challenges": JSON(challenges), "bytes": JSON(bytes),
    ]
    members["latency_ms"] = latency.map {
      ["p50": JSON($0.p50), "p95": JSON($0.p95), "max": JSON($0.max)]
    }
    members["retry_after_seconds"] = retryAfterSeconds.map { JSON($0) }
    members["max_rps_seen"] = mostRPSSeen.map { JSON($0) }
    members["log_sha256"] = logDigest.map { JSON($0) }
    return .object(members)
  }
}

extension JSONField where Value == UsageReport {
  /// `from`, `to`, `requests` and `status` are required, the rest counts as 0.
  package static var usageReport: JSONField {
    .object { body in
      let count = JSONField<Int64>.integer(0...UsageReport.countMax)
      let from = body.required("from", .timestamp)
      let to = body.required("to", .timestamp)
      let requests = body.required("requests", count)
      let status = body.required("status", .statusCounts)
      let timeouts = body.optional("timeouts", count)
      let errors = body.optional("connection_errors", count)
      let challenges = body.optional("challenges", count)
      let bytes = body.optional("bytes", count)
      let latency = body.optional("latency_ms", .latency)
      let retryAfter = body.optional("retry_after_seconds", count)
      let seen = body.optional("max_rps_seen", .rateSeen)
      let digest = body.optional("log_sha256", .digest)
      guard let from, let to, let requests, let status else { return nil }
      if to < from {
        body.record(.outOfRange, at: "to", "must not be before from")
      } else if to.microseconds(since: from) > UsageReport.secondsMax * 1_000_000 {
        body.record(.outOfRange, at: "to", "must be within a day of from")
      }
      let report = UsageReport(
        from: from, to: to, requests: requests, status: status, timeouts: timeouts ?? 0,
        connectionErrors: errors ?? 0, challenges: challenges ?? 0, bytes: bytes ?? 0,
        latency: latency, retryAfterSeconds: retryAfter, mostRPSSeen: seen, logDigest: digest)
      report.checkCounts(in: body)
      return report
    }
  }
}

extension UsageReport {
  /// Each request ended in one way at most, and a challenge is something that was sent for.
  fileprivate func checkCounts(in body: JSONReader) {
    let answers = status.values.reduce(0, +)
    if answers > requests {
      body.record(.outOfRange, at: "status", "must not count more answers than requests")
    } else if answers + timeouts > requests {
      body.record(
        .outOfRange, at: "timeouts", "must not exceed the requests that were not answered")
    } else if answers + timeouts + connectionErrors > requests {
      body.record(
        .outOfRange, at: "connection_errors",
        "must not exceed the requests that were neither answered nor timed out")
    }
    if challenges > requests {
      body.record(.outOfRange, at: "challenges", "must not exceed the requests")
    }
  }
}

extension JSONField where Value == [Int64: Int64] {
  /// `{"200": 120, …}`: status codes 100 to 599 and how often each came.
  fileprivate static var statusCounts: JSONField {
    JSONField { slot in
      guard case .object(let object) = slot.value else {
        return slot.fail(.wrongType, "must be an object")
      }
      guard object.members.count <= UsageReport.statusCodesMax else {
        return slot.fail(
          .outOfRange, "must have at most \(UsageReport.statusCodesMax) status codes")
      }
      var counts: [Int64: Int64] = [:]
      for member in object.members {
        let here = slot.at(member.name, member.value)
        guard let code = Int64(digits: member.name.utf8), member.name.utf8.count == 3,
          (100...599).contains(code)
        else {
          here.record(.invalidFormat, "must be a status code from 100 to 599")
          continue
        }
        counts[code] = JSONField<Int64>.integer(0...UsageReport.countMax).read(here)
      }
      return counts.count == object.members.count ? counts : nil
    }
  }
}

extension JSONField where Value == UsageReport.Latency {
  fileprivate static var latency: JSONField {
    .object { body in
      let count = JSONField<Int64>.integer(0...UsageReport.countMax)
      let p50 = body.required("p50", count)
      let p95 = body.required("p95", count)
      let most = body.required("max", count)
      guard let p50, let p95, let most else { return nil }
      if p50 > p95 {
        body.record(.outOfRange, at: "p95", "must not be below p50")
      } else if p95 > most {
        body.record(.outOfRange, at: "max", "must not be below p95")
      }
      return UsageReport.Latency(p50: p50, p95: p95, max: most)
    }
  }
}

extension JSONField where Value == Rate {
  /// A rate that may be 0: nothing was seen.
  static var rateSeen: JSONField {
    JSONField { slot in
      slot.value == .number(JSONNumber(0)) ? Rate.none : JSONField.rate.read(slot)
    }
  }
}
