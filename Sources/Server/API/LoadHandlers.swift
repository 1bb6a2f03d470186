import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// What goes on now, in one look.
enum LoadHandlers {
  static let endpoints: [Endpoint] = [Endpoint(.get, "/v1/load", show)]

  static func show(_ call: Call) async throws -> Answer {
    let filter = Result { () throws(InvalidBody) -> ServiceLoad.Filter in
      ServiceLoad.Filter(
        grant: try call.query("grant", "a grant's id") { GrantID($0) }?.text,
        site: try call.query("site", "a host", Host.init(query:)),
        limit: Int64(try Page(call.request).limit))
    }
    return try await call.look({ _ in ShowServiceLoad(filter: filter) }) { found in
      .ok(found.load.json(at: found.now))
    }
  }
}

extension ServiceLoad {
  /// See `ServiceLoad` in openapi.yaml.
  fileprivate func json(at now: Timestamp) -> JSON {
    [
      "now": JSON(now),
      "totals": [
        "budgets": JSON(totals.budgets), "leases": JSON(totals.leases),
        "rps": JSON(totals.rate), "waiting": JSON(totals.waiting),
      ],
      "budgets": .array(shares.map(\.json)), "leases": .array(leases.map(\.json)),
      "refused": .array(refused.map(\.json)), "holds": .array(holds.map(\.json)),
    ]
  }
}

extension ServiceLoad.Share {
  fileprivate var json: JSON {
    guard case .object(var members) = budget.json else { return budget.json }
    members["max_workers"] = JSON(maxWorkers)
    members["leases"] = JSON(leases)
    members["rps"] = JSON(rate)
    members["waiting"] = JSON(waiting)
    members["refused"] = JSON(refused)
    members["spent_today"] = JSON(spentToday)
    members["open"] = .bool(isOpen)
    members["next_opens_at"] = JSON(orNull: opensAt)
    return .object(members)
  }
}

extension ServiceLoad.Holder {
  fileprivate var json: JSON {
    [
      "id": JSON(lease), "budget": JSON(budget), "worker": .string(worker),
      "pool": .string(pool), "hosts": .array(hosts.map { .string($0) }), "term": JSON(term),
      "rps": JSON(rate), "expires_at": JSON(expiresAt),
    ]
  }
}

extension ServiceLoad.Refused {
  fileprivate var json: JSON {
    [
      "scope": .string(scope.text), "host": JSON(orNull: host), "code": .string(code),
      "calls": JSON(calls), "last_minute": JSON(lastMinute),
    ]
  }
}

extension ServiceLoad.Hold {
  fileprivate var json: JSON {
    [
      "kind": .string(kind.rawValue), "subject": .string(subject), "since": JSON(orNull: since),
      "until": JSON(orNull: until), "detail": .string(detail),
    ]
  }
}
