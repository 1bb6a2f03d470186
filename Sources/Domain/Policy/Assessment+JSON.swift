extension Assessment {
  /// As the dry run answers it, without seats and digest, which need people and bytes.
  package var json: JSONObject {
    [
      "tier": .string(tier.description),
      "rules": .array(targets.flatMap(\.rulesJSON)),
      "required_roles": .array(roles.map { .string($0.rawValue) }),
      "caps": .array(targets.map(\.capsJSON)),
      "blocks": .array(
        blocks.map { ["step": .string($0.step.rawValue), "rule": .string($0.rule)] }),
      "unverified": .array(
        targets.flatMap(\.unverified).map { .string($0.description) }),
      "longest_validity_days": JSON(longestValidityDays),
      "requires": .array(requires.map { .string($0) }),
      "assessed_on": JSON(day),
    ]
  }
}

extension TargetAssessment {
  fileprivate var rulesJSON: [JSON] {
    findings.rules.map { rule in
      var members: JSONObject = ["id": .string(rule.id), "text": .string(rule.text)]
      members["text_zh"] = rule.textChinese.map { .string($0) }
      members["basis"] = .array((basis[rule.id] ?? []).map { .string($0) })
      members["effect"] = rule.effect.json
      members["target"] = JSON(index)
      return .object(members)
    }
  }

  fileprivate var capsJSON: JSON {
    var object: JSONObject = [
      "target": JSON(index), "tier": .string(findings.tier.description),
      "max_rps": JSON(caps.maxRate.value), "burst": JSON(caps.burst.value),
      "max_concurrency": JSON(caps.maxConcurrency.value),
      "max_workers": JSON(caps.maxWorkers.value),
      "daily_requests": JSON(caps.dailyRequests.value),
      "windows": caps.windows.value.json, "cost_weight": JSON(caps.costWeight),
      "granted": [
        "max_rps": JSON(caps.weightedRate), "daily_requests": JSON(caps.weightedDailyRequests),
      ],
      "set_by": .object(caps.setBy),
    ]
    object["gentler"] = gentler.map {
      ["max_rps": JSON($0.rate), "tier": .string($0.tier.description)]
    }
    return .object(object)
  }
}

extension Caps {
  /// Who set each number.
  package var setBy: JSONObject {
    [
      "max_rps": .string(maxRate.setBy), "burst": .string(burst.setBy),
      "max_concurrency": .string(maxConcurrency.setBy),
      "max_workers": .string(maxWorkers.setBy),
      "daily_requests": .string(dailyRequests.setBy), "windows": .string(windows.setBy),
    ]
  }
}

extension Rule.Effect {
  fileprivate var json: JSON {
    var object = JSONObject()
    object["tier"] = tier.map { .string($0.description) }
    object["max_rps"] = maxRate.map { JSON($0) }
    if !roles.isEmpty { object["roles"] = .array(roles.map { .string($0.rawValue) }) }
    object["cost_weight"] = costWeight.map { JSON($0) }
    object["block"] = block.map { .string($0.rawValue) }
    if approvals == .void { object["void_approvals"] = true }
    return .object(object)
  }
}
