import Domain
import Wire
import Workflow

extension IncidentView {
  /// Everything of one incident.
  var json: JSON {
    var members = head
    members["follows"] = incident.follows.map { JSON($0) }
    if !followers.isEmpty { members["followed_by"] = .array(followers.map { JSON($0) }) }
    members["cause"] = incident.cause.map { .string($0.kind.rawValue) }
    members["subject"] = incident.cause.map { .string($0.subject) }
    members["policy"] = incident.policy.map { JSON($0) }
    members["entries"] = .array(incident.entries.map(\.json))
    members["deadlines"] = .array(deadlines.map(deadline))
    members["outage"] = .array(meters.map(meter))
    members["sites"] = .array(incident.sites.map(\.json))
    members["grants"] = .array(grants.map(\.linkedJSON))
    members["locks"] = .array(locks.map(\.json))
    members["signatures_due"] = .array(signaturesDue.map(\.json))
    members["closure"] = closureJSON
    return .object(members)
  }

  /// One incident in a list: with the next clock, without entries.
  var summaryJSON: JSON {
    var members = head
    let open = deadlines.filter { $0.metBy == nil }
    members["next_deadline"] = .null
    if let next = open.first {
      members["next_deadline"] = [
        "clock": .string(next.clock.name), "due_at": JSON(next.dueAt),
      ]
    }
    members["overdue"] = JSON(open.count { $0.standing(at: now) == .overdue })
    members["sites"] = .array(incident.sites.compactMap(\.link.site).map { .string($0.text) })
    members["closed_at"] = JSON(orNull: incident.closure?.at)
    return .object(members)
  }

  private var head: JSONObject {
    [
      "id": JSON(incident.id), "number": JSON(incident.number),
      "status": .string(incident.status), "source": .string(incident.source.rawValue),
      "stage": .string(incident.stage.rawValue), "summary": .string(incident.summary),
      "noticed_at": JSON(incident.noticedAt), "started_at": JSON(orNull: incident.startedAt),
      "opened_at": JSON(incident.openedAt),
      "opened_by": .string(incident.openedBy?.text ?? "service"),
      "owner": JSON(orNull: incident.owner?.text),
    ]
  }

  private var closureJSON: JSON {
    guard let closure = incident.closure else { return .null }
    return [
      "closed_by": JSON(closure.person), "closed_at": JSON(closure.at),
      "reason": .string(closure.reason),
    ]
  }

  private func deadline(_ deadline: IncidentDeadline) -> JSON {
    var members: JSONObject = [
      "clock": .string(deadline.clock.name),
      "status": .string(deadline.standing(at: now).rawValue), "due_at": JSON(deadline.dueAt),
      "text": .string(deadline.clock.text), "met_at": JSON(orNull: deadline.metBy?.at),
      "met_by_entry": deadline.metBy.map { JSON($0.n) } ?? .null,
    ]
    members["text_zh"] = deadline.clock.textChinese.map { .string($0) }
    members["basis"] = .array(sources(deadline.clock.basis).map(\.json))
    return .object(members)
  }

  private func meter(_ meter: OutageMeter) -> JSON {
    var members: JSONObject = [
      "site": .string(meter.site.text), "users": meter.users.map { JSON($0) } ?? .null,
      "seconds": JSON(meter.seconds), "cumulative_seconds": JSON(meter.cumulativeSeconds),
    ]
    guard let limits = policy?.outage else { return .object(members) }
    members["level"] = .string(meter.level(by: limits).rawValue)
    members["warn_seconds"] = JSON(limits.warnMinutes * 60)
    members["suspend_seconds"] = JSON(limits.suspendMinutes * 60)
    members["thresholds"] = .array(
      meter.thresholds(of: limits).map { threshold in
        var shown: JSONObject = [
          "users": JSON(threshold.users), "seconds": JSON(threshold.minutes * 60),
          "left_seconds": JSON(max(0, threshold.minutes * 60 - meter.cumulativeSeconds)),
          "text": .string(threshold.text),
        ]
        shown["text_zh"] = threshold.textChinese.map { .string($0) }
        shown["basis"] = .array(sources(threshold.basis).map(\.json))
        return .object(shown)
      })
    return .object(members)
  }
}

extension IncidentEntry {
  /// `{n, stage, note, author, at, meets, impact?}`.
  var json: JSON {
    var members: JSONObject = [
      "n": JSON(n), "stage": .string(stage.rawValue), "note": .string(note),
      "author": .string(author?.text ?? "service"), "at": JSON(at),
      "meets": .array(meets.map { .string($0) }),
    ]
    members["impact"] = impact?.json
    return .object(members)
  }
}

extension LinkedSubject {
  /// A site with what was known of it when it was linked.
  fileprivate var json: JSON {
    [
      "host": JSON(orNull: link.site?.text), "operator_kind": JSON(orNull: operatorKind?.rawValue),
      "users": users.map { JSON($0) } ?? .null, "linked_at": JSON(at),
    ]
  }
}

extension GrantView {
  fileprivate var linkedJSON: JSON {
    [
      "id": JSON(grant.standing.id), "proposal": JSON(grant.standing.proposal),
      "status": .string(state.rawValue), "effective_status": .string(effectiveStatus),
    ]
  }
}

extension SignatureDue {
  fileprivate var json: JSON {
    let kind =
      switch object {
      case .lock: "lock"
      case .grant: "grant"
      }
    return [
      "object": .string(kind), "id": .string(id), "cause": .string(cause),
      "signatures": JSON(signatures), "roles": roles.json, "remedy": .string(remedy),
    ]
  }
}
