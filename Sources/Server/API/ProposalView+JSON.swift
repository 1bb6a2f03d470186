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
    members["assessment"] = assessment
    members["standing_use"] = standingUse?.json
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
