import ArgumentParser
import Domain

/// What a worker reports with a renewal or a return.
struct UsageOptions: ParsableArguments {
  @Option(help: "The term held; without it, the one the service knows.") var term: Int64?
  @Option(help: "Requests sent since the last report.") var requests: Int64 = 0
  @Option(help: "Answers by status, as 200=118; may be repeated.") var status: [StatusCount] = []
  @Option(help: "Captchas and block pages seen.") var challenges: Int64?
  @Option(help: "Seconds of the longest Retry-After of a 429 or 503.") var retryAfter: Int64?

  /// Term and usage since the term began.
  func body(of lease: String, _ session: Session) async throws -> JSONObject {
    let known = LeaseText.lease(
      try await session.api.get(Path("v1", "leases", lease)).json)
    let now = try await session.api.get(Path("v1", "time")).json["now"]
    var usage: JSONObject = [
      "from": known["issued_at"], "to": now, "requests": JSON(requests),
      "status": .object(
        JSONObject(members: status.map { (name: $0.code, value: JSON($0.count)) })),
    ]
    usage["challenges"] = challenges.map { JSON($0) }
    usage["retry_after_seconds"] = retryAfter.map { JSON($0) }
    return ["term": term.map { JSON($0) } ?? known["term"], "usage": .object(usage)]
  }
}

/// `200=118`: how often a status came.
struct StatusCount: ExpressibleByArgument {
  let code: String
  let count: Int64

  init?(argument: String) {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 3, Int64(digits: parts[0].utf8) != nil,
      let count = Int64(digits: parts[1].utf8)
    else { return nil }
    code = String(parts[0])
    self.count = count
  }
}
