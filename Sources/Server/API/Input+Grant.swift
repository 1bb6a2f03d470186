import Domain
import HTTP
import Wire
import Workflow

extension Call {
  /// The body of a narrowing: `{targets?, ends_on?, reason}`, the shape of conditions.
  func narrowing() throws(MediaFailure) -> Result<NarrowGrant.Input, InvalidBody> {
    let reason = try body { body -> String? in
      _ = body.optional("targets", .any)
      _ = body.optional("ends_on", .any)
      return body.required("reason", .prose(Lock.reasonMax))
    }
    let conditions = Result { () throws(InvalidBody) -> Conditions in
      var members = JSONObject()
      let json: JSON
      // What is no JSON the reason's reader says.
      do { json = try JSONParser.parse(request.body) } catch { json = .null }
      if case .object(let body) = json {
        for name in ["targets", "ends_on"] { members[name] = body[name] }
      }
      return try JSONReader.read(.object(members), as: Conditions.field)
    }
    switch (conditions, reason) {
    case (.success(let conditions), .success(let reason)):
      return .success(NarrowGrant.Input(conditions: conditions, reason: reason))
    case (.failure(let first), .failure(let second)):
      return .failure(InvalidBody(first.code, errors: first.errors + second.errors))
    case (.failure(let invalid), .success), (.success, .failure(let invalid)):
      return .failure(invalid)
    }
  }
}

extension HandOverGrant.Input {
  /// `{part, to}`.
  static func read(_ body: JSONReader) -> HandOverGrant.Input? {
    let part = body.required("part", .choice(Handover.Part.self))
    let to = body.required("to", .identifier(PersonKind.self))
    guard let part, let to else { return nil }
    return HandOverGrant.Input(part: part, to: to)
  }
}
