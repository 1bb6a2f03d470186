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
    return .object(members)
  }
}

extension GrantView {
  /// `{id, proposal, round, digest, tier, status, effective_status, starts_at, ends_at}`.
  var summaryJSON: JSON { .object(summary) }

  /// The same with its budgets, pools and everything that stands against using it.
  var json: JSON {
    var members = summary
    members["blocking"] = .array(blocking.map(Problems.blocking))
    members["pools"] = .array(grant.pools.map { JSON($0) })
    members["build_digests"] =
      grant.buildDigests.isEmpty ? .null : .array(grant.buildDigests.map { JSON($0) })
    members["token_blocks"] = tokenBlocks
    if case .object(let terms) = grant.terms { members["budgets"] = terms["budgets"] }
    members["created_at"] = JSON(grant.createdAt)
    if let reassessment {
      members["reassessment"] = [
        "policy": JSON(reassessment.policy),
        "outcome": .string(reassessment.outcome.rawValue),
        "findings": reassessment.findings,
      ]
    }
    return .object(members)
  }

  private var tokenBlocks: JSON {
    .array(
      blocking.compactMap { refusal in
        guard case .blockToken(let rule, let text) = refusal else { return nil }
        return ["rule": .string(rule), "text": .string(text)]
      })
  }

  private var summary: JSONObject {
    [
      "id": JSON(grant.standing.id), "proposal": JSON(grant.standing.proposal),
      "round": JSON(grant.round), "digest": JSON(grant.standing.digest),
      "tier": .string(grant.tier.description), "status": .string(state.rawValue),
      "effective_status": .string(effectiveStatus),
      "starts_at": JSON(grant.standing.startsAt), "ends_at": JSON(grant.standing.endsAt),
    ]
  }
}
