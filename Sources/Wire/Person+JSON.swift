package import Domain

extension Person {
  /// `{id, name, email, active, same_person_as?, roles, version, created_at}`.
  package func json(roles: [Role]) -> JSON {
    var members: JSONObject = [
      "id": JSON(id), "name": .string(name), "email": .string(email), "active": .bool(active),
      "roles": roles.json, "version": JSON(version), "created_at": JSON(createdAt),
    ]
    if identity != id { members["same_person_as"] = JSON(identity) }
    return .object(members)
  }
}

extension [Role] {
  package var json: JSON { .array(map { .string($0.rawValue) }) }
}

extension CredentialSummary {
  /// `{id, name, created_at, expires_at, revoked_at}`.
  package var json: JSON {
    [
      "id": .string(id), "name": .string(name), "created_at": JSON(createdAt),
      "expires_at": JSON(expiresAt), "revoked_at": JSON(orNull: revokedAt),
    ]
  }
}

extension NewCredential {
  /// `{id, secret, expires_at}`: the only time the secret is shown.
  package func json(secret: String) -> JSON {
    ["id": .string(id), "secret": .string(secret), "expires_at": JSON(expiresAt)]
  }
}

extension Enrolment {
  /// `{secret, expires_at}`.
  package func json(secret: String) -> JSON {
    ["secret": .string(secret), "expires_at": JSON(expiresAt)]
  }
}

extension Pool {
  package var json: JSON {
    [
      "id": JSON(id), "name": .string(name), "owner": JSON(owner),
      "enforcement_point": enforcementPoint.map { JSON($0) } ?? .null,
      "created_at": JSON(createdAt),
    ]
  }
}

extension Gateway {
  /// `{id, name, created_at, seen_at, epoch, stale, clock?}`.
  package func json(standing: PointStanding, at now: Timestamp) -> JSON {
    var members: JSONObject = [
      "id": JSON(id), "name": .string(name), "created_at": JSON(createdAt),
      "seen_at": JSON(orNull: standing.seenAt), "epoch": JSON(standing.epoch),
      "stale": .bool(standing.isStale(at: now)),
    ]
    members["clock"] = standing.clock.map {
      [
        "offset_ms": JSON($0.offsetMilliseconds),
        "uncertainty_ms": JSON($0.uncertaintyMilliseconds),
      ]
    }
    return .object(members)
  }
}

extension JSONField where Value == String {
  /// A name as people write it.
  package static var name: JSONField { prose(200) }

  /// A name that stands in calls and tokens: `[a-z0-9][a-z0-9._-]*`, 64 characters at most.
  package static var machineName: JSONField {
    .parsed("lower-case letters, digits, '.', '_' and '-', 64 at most, a letter or digit first") {
      text in
      let bytes = Array(text.utf8)
      let isWord: (UInt8) -> Bool = { (48...57).contains($0) || (97...122).contains($0) }
      // A token's aud is a gateway's name or a pool's id: no name may look like an id.
      guard (1...64).contains(bytes.count), PoolID(text) == nil, isWord(bytes[0]),
        bytes.allSatisfy({ isWord($0) || $0 == 45 || $0 == 46 || $0 == 95 })
      else { return nil }
      return text
    }
  }
}
