package import Domain

extension Lock {
  /// `{id, scope, reason, status, locked_by, roles, locked_at, releases, released_at,
  /// incident?}`.
  package var json: JSON {
    var scope: JSONObject = ["kind": .string(self.scope.kind.rawValue)]
    scope["id"] = self.scope.id.map { .string($0) }
    var members: JSONObject = [
      "id": JSON(id), "scope": .object(scope), "reason": .string(reason),
      "status": .string(status), "locked_by": JSON(lockedBy), "roles": roles.json,
      "locked_at": JSON(lockedAt),
      "releases": .array(
        releases.map { release in
          [
            "person": JSON(release.person), "reason": .string(release.reason),
            "released_at": JSON(release.at),
          ]
        }),
      "released_at": JSON(orNull: releasedAt),
    ]
    members["incident"] = incident.map { JSON($0) }
    return .object(members)
  }

  /// `active`, `awaiting_second` or `released`.
  private var status: String {
    guard isActive else { return "released" }
    return releases.isEmpty ? "active" : "awaiting_second"
  }
}

extension JSONField where Value == LockScope {
  /// `{kind, id?}`: `everything` has no id, every other kind has one of its own.
  package static var lockScope: JSONField {
    .object { body in
      let kind = body.required("kind", .choice(LockScope.Kind.self))
      let id = body.optional("id", .string(1...Host.textBytesMax))
      guard let kind else { return nil }
      guard let scope = LockScope(kind, id: id) else {
        if kind == .everything {
          body.record(.outOfRange, at: "id", "everything has no id")
        } else if id == nil {
          body.record(.required, at: "id", "id is required")
        } else {
          let form = kind == .site ? "a host" : "an id of a \(kind.rawValue)"
          body.record(.invalidFormat, at: "id", "must be \(form)")
        }
        return nil
      }
      return scope
    }
  }
}
