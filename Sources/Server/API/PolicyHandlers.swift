import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// The policy: its versions, proposed by one administrator and activated by two.
enum PolicyHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/policies", list),
    Endpoint(.post, "/v1/policies", propose),
    Endpoint(.get, "/v1/policies/{version}", show),
    Endpoint(.get, "/v1/policies/{version}/diff", diff),
    Endpoint(.post, "/v1/policies/{version}/activations", activate),
  ]

  /// The media type of the exact bytes of a version.
  static let mediaType = "application/vnd.countersign.policy+json"

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> (Page, Int64?) in
      let page = try Page(call.request)
      return (page, try page.afterNumber())
    }
    return try await call.look({ _ in
      let (page, before) = try page.get()
      return ListPolicies(before: before, limit: page.limit + 1)
    }) { versions in
      try page.get().0.answer(
        versions, of: call.request, key: { String($0.version) }, \.json)
    }
  }

  static func propose(_ call: Call) async throws -> Answer {
    let policy = try call.policy()
    return try await call.perform({ _ in ProposePolicy(policy: policy) }) { record in
      Answer.created(record.json).with(.location, "/v1/policies/\(record.version)")
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    let wantsBytes = call.request.header(.accept)?.contains(mediaType) ?? false
    return try await call.look({ _ in ShowPolicy(version: call.policyVersion) }) { output in
      wantsBytes
        ? Answer(200, body: .bytes(output.bytes, contentType: mediaType))
        : .ok(try output.record.json(bytes: output.bytes))
    }
  }

  static func diff(_ call: Call) async throws -> Answer {
    let against = Result { () throws(InvalidBody) -> Int64? in
      try call.query("against", "the number of a version") { Int64(digits: $0.utf8) }
    }
    return try await call.look({ _ in
      DiffPolicies(version: call.policyVersion, against: try against.get())
    }) { output in .ok(output.diff.json(from: output.from, to: output.to)) }
  }

  static func activate(_ call: Call) async throws -> Answer {
    let digest: Result<Digest?, InvalidBody> =
      call.request.body.isEmpty
      ? .success(nil)
      : try call.body { body -> Digest?? in .some(body.optional("digest", .digest)) }
    return try await call.perform({ _ in
      ActivatePolicy(version: call.policyVersion, digest: digest)
    }) { output in
      switch output {
      case .active(let record): .ok(record.json)
      case .awaitingSecond(let record, let signature): awaiting(record, signature)
      }
    }
  }

  private static func awaiting(
    _ record: PolicyRecord, _ signature: PolicySignature
  ) -> Answer {
    let expires = signature.signedAt.adding(seconds: PolicySignature.lifetimeSeconds)
    return Answer(
      202,
      [
        "status": "awaiting_second", "version": JSON(record.version),
        "digest": JSON(record.digest), "in_force": JSON(record.inForce),
        "signed_by": JSON(signature.person), "signed_at": JSON(signature.signedAt),
        "expires_at": JSON(expires),
      ])
  }
}

extension Call {
  /// The number of the version in the path; nil for one that cannot exist.
  fileprivate var policyVersion: Int64? {
    Int64(digits: request.pathParameter("version").utf8)
  }

  /// The policy in the body: `{"policy": {…}}` as JSON, or the policy itself as YAML.
  fileprivate func policy() throws(MediaFailure) -> Result<Policy, InvalidBody> {
    let bytes = request.body
    switch contentType {
    case "application/json": return try body { $0.required("policy", .policy) }
    case "application/yaml":
      return Result { () throws(InvalidBody) -> Policy in
        try Policy(json: YAMLDocument.parse(bytes, scalars: .coreSchema))
      }
    default: throw .unsupported(accepted: "application/json or application/yaml")
    }
  }
}
