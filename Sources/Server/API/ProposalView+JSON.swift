import Domain
import Wire
import Workflow

extension ProposalView {
  /// The proposal as one caller sees it.
  var json: JSON {
    let digest = round?.digest ?? newest.digest
    var members: JSONObject = [
      "id": JSON(proposal.id), "number": JSON(proposal.number), "title": .string(revision.title),
      "requester": JSON(proposal.requester), "owner": JSON(revision.owner),
      "deputy": JSON(revision.deputy), "maintainer": JSON(revision.maintainer),
      "status": .string(status.rawValue), "effective_status": .string(effectiveStatus),
      "blocking": .array(blocking.map(Problems.blocking)), "revision": JSON(revision.n),
      "digest": JSON(digest), "created_at": JSON(proposal.createdAt),
    ]
    if round != nil, newest.n != revision.n {
      members["draft_revision"] = ["n": JSON(newest.n), "digest": JSON(newest.digest)]
    }
    members["round"] = round?.json(status: status)
    members["documents"] = .array(
      documents.map {
        [
          "pointer": .string("\($0.pointer)"), "sha256": JSON($0.digest),
          "file": $0.file.map { JSON($0) } ?? .null,
        ]
      })
    members["seats"] = .array(seats.map(\.json))
    members["can_decide"] = .object(
      JSONObject(
        members: canDecide.map { entry in
          (
            name: entry.role.rawValue,
            value: [
              "allowed": .bool(entry.reasons.isEmpty),
              "reasons": .array(entry.reasons.map(Problems.blocking)),
            ]
          )
        }))
    for member in numbersJSON.members { members[member.name] = member.value }
    members["stale"] = stale?.json
    if let grant, let grantState {
      members["grant"] = [
        "id": JSON(grant.standing.id), "status": .string(grantState.rawValue),
        "starts_at": JSON(grant.standing.startsAt), "ends_at": JSON(grant.standing.endsAt),
      ]
    }
    return .object(members)
  }
}

extension ProposalView.FilledSeat {
  fileprivate var json: JSON {
    var members: JSONObject = ["role": .string(role.rawValue)]
    members["filled_by"] = filledBy.map { JSON($0) }
    members["decision"] = approval.map { JSON($0.id) }
    members["conditions"] = approval?.conditions.map(\.json)
    members["flag"] = flag.map { .string($0.rawValue) }
    return .object(members)
  }
}

extension TimelineEntry {
  /// What the log says, without its hashes; the words of a reason beside the detail.
  var json: JSON {
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
    members["role"] = actor["role"]
    members["object"] = .object(subject)
    members["detail"] = .object(detail)
    return .object(members)
  }
}
