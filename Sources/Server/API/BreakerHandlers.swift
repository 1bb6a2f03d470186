import Domain
import HTTP
import HTTPTypes
import Workflow

/// Breakers: what reports have stopped, and how far it has come back.
enum BreakerHandlers {
  static let endpoints: [Endpoint] = [Endpoint(.get, "/v1/breakers", list)]

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListBreakers(
        grant: call.request.queryValue("grant"),
        site: try call.query("site", "a host", Host.init(query:)), after: page.after,
        limit: page.limit + 1)
    }) { output in
      try page.get().answer(
        output.breakers, of: call.request, key: { ListBreakers.key($0.breaker) }
      ) { $0.breaker.json(of: $0.grant, at: output.now) }
    }
  }
}

extension Breaker {
  /// The breaker as it is at an instant.
  fileprivate func json(of grant: GrantID, at now: Timestamp) -> JSON {
    var members: JSONObject = [
      "grant": JSON(grant), "budget": JSON(budget), "host": .string(host.text),
      "state": "closed", "share_percent": JSON(shareHundredths(at: now)), "since": nil,
      "until": nil, "causes": [], "lifted_by": nil, "probe": nil,
      "openings_24h": JSON(Int64(openingsCount(at: now))), "back_off": JSON(backOff(at: now)),
    ]
    switch phase(at: now) {
    case .closed: break
    case .open(let opening):
      members["state"] = "open"
      members["since"] = JSON(opening.since)
      members["until"] = opening.lifting == .time ? JSON(opening.until) : .null
      members["causes"] = .array(opening.causes.reversed().map { .string($0.rawValue) })
      members["lifted_by"] = .string(opening.lifting.rawValue)
    case .halfOpen(let since, let probe):
      members["state"] = "half_open"
      members["since"] = JSON(since)
      if let probe, now < probe.freesAt { members["probe"] = JSON(probe.lease) }
    case .ramping(let since):
      members["state"] = "ramping"
      members["since"] = JSON(since)
      members["until"] = JSON(
        since.adding(seconds: Breaker.stepSeconds * Int64(Breaker.steps.count)))
    }
    return .object(members)
  }
}
