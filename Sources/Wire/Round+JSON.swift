package import Domain

extension Verdict {
  /// `{revision_digest, role, verdict, reason?, conditions?}`; a blank reason is none.
  package static func read(_ body: JSONReader) -> Verdict? {
    let digest = body.required("revision_digest", .digest)
    let role = body.required("role", .choice(Role.self))
    let verdict = body.required("verdict", .choice(Decision.Verdict.self))
    let reason = body.optional("reason", .string(0...Verdict.reasonCharactersMax))
    let conditions = body.optional("conditions", Conditions.field)
    if let verdict, verdict != .approve, body.names.contains("conditions") {
      body.record(.outOfRange, at: "conditions", "only an approval carries conditions")
    }
    guard let digest, let role, let verdict else { return nil }
    let isBlank = reason?.unicodeScalars.allSatisfy(\.properties.isWhitespace) ?? true
    return Verdict(
      digest: digest, role: role, verdict: verdict, reason: isBlank ? nil : reason,
      conditions: conditions)
  }

  /// The verdict, unless it says no without saying why.
  package func checked() throws(InvalidBody) -> Verdict {
    if verdict != .approve, reason == nil { throw .reasonRequired }
    return self
  }
}

extension InvalidBody {
  /// A call that needs a reason came without one.
  package static let reasonRequired = InvalidBody(
    .reasonRequired,
    errors: [FieldError(.root.appending("reason"), .required, "say why")])
}

extension Decision {
  /// `{id, round, person, role, verdict, digest, reason, conditions?, narrows?, decided_at, void?,
  /// auth}`.
  package var json: JSON {
    var members: JSONObject = [
      "id": JSON(id), "round": JSON(round), "person": JSON(person),
      "role": .string(role.rawValue), "verdict": .string(verdict.rawValue),
      "digest": JSON(digest), "reason": JSON(orNull: reason), "decided_at": JSON(decidedAt),
      "auth": ["method": .string(authMethod), "level": .string(authLevel)],
    ]
    members["conditions"] = conditions.map(\.json)
    if conditions != nil { members["narrows"] = .bool(narrows) }
    switch standing {
    case .live: break
    case .void: members["void"] = "ineligible"
    case .retracted: members["void"] = "retracted"
    }
    return .object(members)
  }
}

extension Round {
  /// `{id, n, revision, digest, tier, status, opened_at, respond_by, decide_by, policy}`.
  package func json(status: RoundState) -> JSON {
    [
      "id": JSON(id), "n": JSON(n), "revision": JSON(revisionNumber), "digest": JSON(digest),
      "tier": .string(tier.description), "status": .string(status.rawValue),
      "opened_at": JSON(openedAt), "respond_by": JSON(respondBy),
      "decide_by": JSON(decideBy), "policy": JSON(policyVersion),
    ]
  }
}

extension ContentDiff {
  /// `{entries: [{pointer, from, to, effect}]}`.
  package var json: JSON { ["entries": entriesJSON] }

  /// `[{pointer, from, to, effect}]`.
  package var entriesJSON: JSON {
    .array(
      entries.map { entry in
        [
          "pointer": .string(entry.pointer.description), "from": entry.from ?? .null,
          "to": entry.to ?? .null, "effect": .string(entry.effect.rawValue),
        ]
      })
  }
}

extension RevisionRecord {
  /// `{id, n, digest, author, created_at}`.
  package var summaryJSON: JSON { .object(summary) }

  /// The same with the content of the exact bytes.
  package func json() throws -> JSON {
    var members = summary
    members["content"] = try JSONParser.parse(bytes)
    return .object(members)
  }

  private var summary: JSONObject {
    [
      "id": JSON(id), "n": JSON(n), "digest": JSON(digest), "author": JSON(author),
      "created_at": JSON(createdAt),
    ]
  }
}

extension ProposalSummary {
  /// One line of a list.
  package var json: JSON {
    var members: JSONObject = [
      "id": JSON(id), "number": JSON(number), "title": .string(title),
      "requester": JSON(requester), "owner": JSON(owner), "status": .string(status),
      "effective_status": .string(effectiveStatus), "digest": JSON(digest),
      "created_at": JSON(createdAt),
    ]
    members["tier"] = tier.map { .string($0.description) }
    return .object(members)
  }
}
