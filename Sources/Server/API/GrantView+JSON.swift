import Domain
import Wire
import Workflow

extension GrantView {
  /// `{id, proposal, round, digest, tier, status, effective_status, starts_at, ends_at}`.
  var summaryJSON: JSON { .object(summary) }

  /// The same with its budgets, pools and everything that stands against using it.
  var json: JSON { .object(members) }

  fileprivate var members: JSONObject {
    var members = summary
    members["blocking"] = .array(blocking.map(Problems.blocking))
    members["suspensions"] = .array(causes.map(\.json))
    members["pools"] = .array(grant.pools.map { JSON($0) })
    members["build_digests"] =
      grant.buildDigests.isEmpty ? .null : .array(grant.buildDigests.map { JSON($0) })
    members["token_blocks"] = tokenBlocks
    if case .object(let terms) = grant.terms { members["budgets"] = terms["budgets"] }
    members["parties"] = [
      "owner": JSON(grant.holders.owner), "deputy": JSON(grant.holders.deputy),
      "maintainer": JSON(grant.holders.maintainer),
    ]
    members["attestation"] = attestation
    members["evidence_expires_at"] = JSON(orNull: grant.standing.instants.evidenceExpiresAt)
    members["replaced_by"] = grant.replacedBy.map { JSON($0) } ?? .null
    members["replaced_at"] = JSON(orNull: grant.standing.instants.replacedAt)
    members["created_at"] = JSON(grant.createdAt)
    if let reassessment {
      members["reassessment"] = [
        "policy": JSON(reassessment.policy),
        "outcome": .string(reassessment.outcome.rawValue),
        "findings": reassessment.findings,
      ]
    }
    return members
  }

  /// From when the next attestation counts, when it is due, and when a second miss suspends.
  private var attestation: JSON {
    [
      "counts_from": JSON(grant.attestedAt),
      "next_due": JSON(
        grant.attestedAt.adding(seconds: GrantInstants.attestEverySeconds)),
      "suspends_at": JSON(orNull: grant.standing.instants.attestationMissedAt),
    ]
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

extension ShowGrant.Output {
  /// The grant with who asked for it and how it was narrowed.
  var json: JSON {
    var members = view.members
    members["requester"] = JSON(requester)
    members["narrowings"] = .array(
      narrowings.map { narrowing in
        [
          "n": JSON(narrowing.n), "person": JSON(narrowing.by),
          "narrowed_at": JSON(narrowing.at), "effective_at": JSON(narrowing.effectiveAt),
          "reason": JSON(orNull: narrowing.reason),
        ]
      })
    return .object(members)
  }
}

extension Suspension {
  /// `{cause, subject, since, roles, signatures_needed, signed_by, remedy}`.
  fileprivate var json: JSON {
    [
      "cause": .string(cause.rawValue), "subject": JSON(orNull: subject),
      "since": JSON(since), "roles": cause.liftingRoles.json,
      "signatures_needed": JSON(cause.signaturesNeeded),
      "signed_by": .array(signedBy.map { JSON($0) }), "remedy": .string(cause.remedy),
    ]
  }
}

extension Handover {
  /// `{part, from, to, status, offered_at, accepted_at}`.
  var json: JSON {
    [
      "part": .string(part.rawValue), "from": JSON(from), "to": JSON(to),
      "status": .string(acceptedAt == nil ? "awaiting_successor" : "accepted"),
      "offered_at": JSON(offeredAt), "accepted_at": JSON(orNull: acceptedAt),
    ]
  }
}

extension GrantUsage {
  /// `{targets: […], days: […]}`.
  var json: JSON {
    [
      "targets": .array(targets.map(\.json)),
      "days": .array(
        days.map { day in
          [
            "target": JSON(day.target), "day": JSON(day.day), "reserved": JSON(day.reserved),
            "requests": JSON(day.requests),
            "max_rps_seen": day.mostRPSSeen.map { JSON($0) } ?? .null,
          ]
        }),
    ]
  }
}

extension GrantUsage.Target {
  fileprivate var json: JSON {
    [
      "index": JSON(granted.target),
      "granted": [
        "max_rps": JSON(granted.maxRate), "daily_requests": JSON(granted.dailyRequests),
        "total_requests": JSON(granted.totalRequests),
      ],
      "used": [
        "requests": JSON(requests), "reserved": JSON(reserved),
        "most_in_a_day": JSON(mostInADay),
        "max_rps_seen": mostRPSSeen.map { JSON($0) } ?? .null,
        "total_left": JSON(granted.leftInTotal),
      ],
      "proposed": [
        "max_rps": proposedRate.map { JSON($0) } ?? .null,
        "daily_requests": proposedDailyRequests.map { JSON($0) } ?? .null,
      ],
    ]
  }
}
