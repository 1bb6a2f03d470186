import Domain
import Wire
import Workflow

extension ProposalView {
  /// `allowance`, `counter` and `conflicts`, where the newest round has them.
  var numbersJSON: JSONObject {
    guard let numbers else { return [:] }
    var members = JSONObject()
    if status == .inReview { members["allowance"] = .object(numbers.json(numbers.allowance)) }
    if let counter = numbers.counter, let offered = numbers.offered {
      var json: JSONObject = ["id": JSON(counter.id), "digest": JSON(counter.digest)]
      for member in numbers.json(offered).members { json[member.name] = member.value }
      json["made_at"] = JSON(counter.madeAt)
      json["answer"] = JSON(orNull: counter.answer?.rawValue)
      members["counter"] = .object(json)
    }
    if status == .inReview, !numbers.conflicts.isEmpty {
      members["conflicts"] = .array(numbers.conflicts.map(\.json))
    }
    return members
  }
}

extension ProposalView.RoundNumbers {
  /// `{targets[], ends_on, set_by}`: each number with whose condition set it, each target with
  /// how long its requests take.
  fileprivate func json(_ allowance: Allowance) -> JSONObject {
    var members = allowance.json(of: reviewed.content)
    let content = reviewed.content
    if case .array(let targets)? = members["targets"] {
      members["targets"] = .array(
        zip(allowance.targets.indices, targets).map { index, json in
          guard case .object(var target) = json else { return json }
          let seconds = allowance.targets[index].projectedSeconds(
            for: content.targets[index], days: content.days)
          target["projected_seconds"] = seconds.map { JSON($0) } ?? .null
          return .object(target)
        })
    }
    members["set_by"] = [
      "targets": .array(allowance.targets.map { .object(setters($0.setBy)) }),
      "ends_on": setter(.string(allowance.endsOn.setBy)),
    ]
    return members
  }

  private func setters(_ setBy: JSONObject) -> JSONObject {
    JSONObject(members: setBy.members.map { (name: $0.name, value: setter($0.value)) })
  }

  /// `{by, decisions: [{id, person, role}]}`.
  private func setter(_ setBy: JSON) -> JSON {
    guard case .string(let text) = setBy else { return setBy }
    let setters = Decision.setters(in: text).compactMap { decisions[$0] }
    return [
      "by": .string(text),
      "decisions": .array(
        setters.map {
          ["id": JSON($0.id), "person": JSON($0.person), "role": .string($0.role.rawValue)]
        }),
    ]
  }
}

extension ConditionsConflict {
  fileprivate var json: JSON {
    [
      "person": JSON(person), "role": .string(role.rawValue), "conditions": conditions.json,
      "with": .array(with.map { JSON($0) }), "at": JSON(at),
    ]
  }
}

extension ProposalView.StaleRound {
  /// `{round, revision, digest, status, decisions[], diff[]}`.
  var json: JSON {
    [
      "round": JSON(round.id), "revision": JSON(staleness.revision),
      "digest": JSON(round.digest), "status": .string(round.recorded.rawValue),
      "decisions": .array(round.decisions.map(\.json)), "diff": staleness.diff.entriesJSON,
    ]
  }
}

extension ListedDecision {
  /// The decision; of an earlier round with `stale`, its revision and what has changed since.
  var json: JSON {
    guard case .object(var members) = decision.json else { return decision.json }
    members["stale"] = .bool(staleness != nil)
    members["revision"] = staleness.map { JSON($0.revision) }
    members["diff"] = staleness?.diff.entriesJSON
    return .object(members)
  }
}
