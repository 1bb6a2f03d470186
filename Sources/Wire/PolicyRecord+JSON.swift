package import Domain

extension PolicyRecord {
  /// `{version, digest, status, proposed_by, proposed_at, activated_at, signatures[]}`.
  package var json: JSON { .object(members) }

  /// The same with the policy itself, from its exact bytes.
  package func json(bytes: [UInt8]) throws -> JSON {
    var members = members
    members["policy"] = try JSONParser.parse(bytes)
    return .object(members)
  }

  private var members: JSONObject {
    [
      "version": JSON(version), "digest": JSON(digest), "status": .string(status.rawValue),
      "proposed_by": JSON(orNull: proposedBy?.text), "proposed_at": JSON(orNull: proposedAt),
      "activated_at": JSON(orNull: activatedAt),
      "signatures": .array(
        signatures.map { signature in
          [
            "person": JSON(signature.person), "signed_at": JSON(signature.signedAt),
            "in_force": JSON(signature.inForce),
          ]
        }),
    ]
  }
}

extension PolicyDiff {
  /// `{from, to, effect, entries: [{part, id, change, effect, from, to}]}`.
  package func json(from: Int64, to: Int64) -> JSON {
    [
      "from": JSON(from), "to": JSON(to), "effect": .string(effect.rawValue),
      "entries": .array(
        entries.map { entry in
          [
            "part": .string(entry.part.rawValue), "id": .string(entry.id),
            "change": .string(entry.change.rawValue),
            "effect": .string(entry.effect.rawValue), "from": entry.from ?? .null,
            "to": entry.to ?? .null,
          ]
        }),
    ]
  }
}
