import Domain
import HTTP
import Wire
import Workflow

extension Call {
  /// The body of a narrowing: `{targets?, ends_on?, immediate?, reason}`, the shape of conditions.
  func narrowing() throws(MediaFailure) -> Result<NarrowGrant.Input, InvalidBody> {
    let rest = try body { body -> (reason: String, isImmediate: Bool)? in
      _ = body.optional("targets", .any)
      _ = body.optional("ends_on", .any)
      let isImmediate = body.optional("immediate", .bool)
      return body.required("reason", .prose(Lock.reasonMax)).map { ($0, isImmediate ?? false) }
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
    switch (conditions, rest) {
    case (.success(let conditions), .success(let rest)):
      return .success(
        NarrowGrant.Input(
          conditions: conditions, reason: rest.reason, isImmediate: rest.isImmediate))
    case (.failure(let first), .failure(let second)):
      return .failure(InvalidBody(first.code, errors: first.errors + second.errors))
    case (.failure(let invalid), .success), (.success, .failure(let invalid)):
      return .failure(invalid)
    }
  }
}

extension Call {
  /// The query `step=&from=&to=`; nil where there is none of them.
  func usagePeriod() throws(InvalidBody) -> UsagePeriod? {
    let what = "a time such as 2026-11-22T00:00:00Z, or a day"
    let step = try query("step", "minute, hour or day", UsagePeriod.Step.init(rawValue:))
    let from = try query("from", what, UsagePeriod.Bound.init)
    let to = try query("to", what, UsagePeriod.Bound.init)
    guard step != nil || from != nil || to != nil else { return nil }
    return UsagePeriod(step: step ?? .day, from: from, to: to)
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
