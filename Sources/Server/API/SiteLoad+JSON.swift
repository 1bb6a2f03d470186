import Domain

extension SiteLoad {
  /// See `SiteLoad` in openapi.yaml.
  func json(at now: Timestamp) -> JSON {
    let (capacity, occupied) = (scope.capacity, scope.occupied(at: now, without: nil))
    return [
      "host": .string(host.text), "registered": .bool(isRegistered), "now": JSON(now),
      "ceiling": [
        "max_rps": JSON(capacity.rate), "burst": JSON(capacity.burst),
        "max_concurrency": JSON(capacity.concurrency),
        "daily_requests": JSON(capacity.dailyRequests),
      ],
      "occupied": [
        "rps": JSON(occupied.rate), "burst": JSON(occupied.burst),
        "concurrency": JSON(occupied.concurrency),
      ],
      "today": [
        "day": JSON(scope.day(at: now)), "spent": JSON(scope.spentToday),
        "left": JSON(scope.leftToday),
      ],
      "open": .bool(scope.opening.isOpen(at: now)),
      "hold_until": JSON(orNull: scope.holdUntil.flatMap { now < $0 ? $0 : nil }),
      "budgets": .array(budgets.map(\.json)), "leases": .array(leases.map(\.json)),
      "waiting": .array(waiting.map(\.json)), "minutes": .array(minutes.map(\.json)),
      "refused": .array(refused.map(\.json)),
    ]
  }
}

extension SiteLoad.Sharer {
  var json: JSON {
    [
      "id": JSON(budget), "grant": JSON(grant), "proposal": JSON(proposal),
      "number": JSON(number), "title": .string(title), "target": JSON(target),
      "hosts": .array(hosts.map { .string($0) }), "max_rps": JSON(maxRate),
      "daily_requests": JSON(dailyRequests), "status": .string(state.rawValue),
    ]
  }
}

extension SiteLoad.Holder {
  fileprivate var json: JSON {
    [
      "id": JSON(lease), "budget": JSON(budget), "worker": .string(worker),
      "pool": .string(pool), "hosts": .array(hosts.map { .string($0) }),
      "rps": JSON(portion.rate), "burst": JSON(portion.burst),
      "concurrency": JSON(portion.concurrency), "expires_at": JSON(expiresAt),
      "frees_at": JSON(freesAt),
    ]
  }
}

extension SiteLoad.Waiter {
  fileprivate var json: JSON {
    [
      "budget": JSON(budget), "worker": .string(worker), "wants_rps": JSON(wish),
      "since": JSON(since),
    ]
  }
}

extension SiteLoad.Minute {
  fileprivate var json: JSON {
    ["minute": JSON(start), "requests": JSON(requests), "failures": JSON(failures)]
  }
}

extension RefusedCalls {
  fileprivate var json: JSON {
    ["minute": JSON(minute), "code": .string(code), "calls": JSON(calls)]
  }
}
