import Domain
import HTTP
import HTTPTypes
import Workflow

/// The story of a proposal.
enum TimelineHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/proposals/{id}/timeline", show)
  ]

  static func show(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> (Page, TimelinePlace?) in
      let page = try Page(call.request)
      guard let after = page.after else { return (page, nil) }
      guard let place = TimelinePlace(cursor: after) else {
        throw InvalidBody(
          .invalidQuery,
          errors: [
            FieldError(.root.appending("cursor"), .invalidFormat, "is not one of ours")
          ])
      }
      return (page, place)
    }
    return try await call.look({ _ in
      let proposal = try call.proposal()
      let (page, after) = try page.get()
      return ShowTimeline(proposal: proposal, after: after, limit: page.limit + 1)
    }) { entries in
      try page.get().0.answer(entries, of: call.request, key: \.place.cursor, \.json)
    }
  }
}

extension TimelinePlace {
  /// As a cursor has it.
  fileprivate var cursor: String { "\(at.microseconds) \(rank) \(seq) \(stream)" }

  fileprivate init?(cursor: String) {
    let parts = cursor.split(separator: " ")
    guard parts.count == 4, let at = Int64(digits: parts[0].utf8),
      let rank = Int64(digits: parts[1].utf8), let seq = Int64(digits: parts[2].utf8),
      parts[3].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    self.init(
      at: Timestamp(microseconds: at), rank: rank, stream: String(parts[3]), seq: seq)
  }
}

extension TimelineEntry {
  /// What the log says, without its hashes; the words of a reason beside the detail.
  fileprivate var json: JSON {
    guard case .object(let event) = event, case .object(let object)? = event["object"],
      case .object(let actor)? = event["actor"]
    else { return .null }
    var subject: JSONObject = [
      "type": object["type"] ?? .null, "id": object["id"] ?? .null,
    ]
    subject["revision"] = object["revision"]
    if case .string(let hex)? = object["sha256"] { subject["digest"] = .string("sha256:" + hex) }
    var detail = JSONObject()
    if case .object(let members)? = event["detail"] { detail = members }
    detail["reason"] = reason.map { .string($0) }
    var members: JSONObject = [
      "id": event["event_id"] ?? .null, "type": event["type"] ?? .null,
      "at": event["recorded_at"] ?? .null, "actor": actor["id"] ?? .null,
    ]
    members["actor_name"] = actorName.map { .string($0) }
    members["role"] = actor["role"]
    members["object"] = .object(subject)
    members["detail"] = .object(detail)
    return .object(members)
  }
}
