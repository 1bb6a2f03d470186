import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Stops: placing, looking, lifting by two.
enum LockHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/locks", create),
    Endpoint(.get, "/v1/locks", list),
    Endpoint(.get, "/v1/locks/{id}/propagation", propagation),
    Endpoint(.post, "/v1/locks/{id}/releases", createRelease),
  ]

  static func create(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> PlaceLock.Input? in
      let scope = body.required("scope", .lockScope)
      let reason = body.required("reason", .prose(Lock.reasonMax))
      let incident = body.optional("incident", .identifier(IncidentKind.self))
      guard let scope, let reason else { return nil }
      return PlaceLock.Input(scope: scope, reason: reason, incident: incident)
    }
    return try await call.perform({ _ in PlaceLock(input: body) }) { lock in .created(lock.json) }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { try Page(call.request) }
    let active = Result { try call.flag("active") }
    return try await call.look({ _ in
      let page = try page.get()
      return ListLocks(
        try active.get() ? .active : .any, after: page.after, limit: page.limit + 1)
    }) { locks in
      try page.get().answer(locks, of: call.request, key: { $0.id.text }) { $0.json }
    }
  }

  static func propagation(_ call: Call) async throws -> Answer {
    try await call.look({ _ in
      ShowLockPropagation(lock: try id(call))
    }) { output in
      .ok([
        "live_leases": JSON(output.liveLeases),
        "last_expiry": JSON(orNull: output.lastExpiry),
        "enforcement_points": .array(
          output.points.map { ["name": .string($0.name), "seen_at": JSON(orNull: $0.seenAt)] }),
      ])
    }
  }

  static func createRelease(_ call: Call) async throws -> Answer {
    let reason = try call.body { body in body.required("reason", .prose(Lock.reasonMax)) }
    return try await call.perform({ _ in
      ReleaseLock(lock: try id(call), reason: reason)
    }) { lock in Answer(lock.isActive ? 202 : 200, lock.json) }
  }

  private static func id(_ call: Call) throws(Refusals) -> LockID {
    try call.identifier("id", of: LockKind.self, called: "lock")
  }
}
