extension ProposalContent {
  /// The content with ids in the place of names; its canonical bytes are what is hashed.
  package var json: JSON {
    var object: JSONObject = [
      "title": .string(title), "purpose": .string(purpose), "owner": JSON(owner),
      "deputy": JSON(deputy),
      "maintainer": ["person": JSON(maintainer.person), "phone": .string(maintainer.phone)],
      "starts_on": JSON(startsOn), "ends_on": JSON(endsOn),
      "pools": .array(pools.map { JSON($0) }),
    ]
    object["build_digests"] = buildDigests.map { .array($0.map { JSON($0) }) }
    object["identity"] = [
      "user_agent": .string(identity.userAgent), "contact": .string(identity.contact),
      "egress": .strings(identity.egress),
    ]
    object["answers"] = .answers(answers)
    object["evidence"] = evidence.map { .array($0.map(\.json)) }
    object["targets"] = .array(targets.map(\.json))
    return .object(object)
  }
}

extension TargetContent {
  fileprivate var json: JSON {
    var object: JSONObject = [
      "hosts": .strings(hosts), "path_prefixes": .strings(pathPrefixes),
      "methods": .strings(methods.map(\.rawValue)), "max_rps": JSON(maxRate),
      "burst": JSON(burst), "max_concurrency": JSON(maxConcurrency),
      "max_workers": JSON(maxWorkers), "daily_requests": JSON(dailyRequests),
    ]
    object["total_requests"] = totalRequests.map { JSON($0) }
    object["time_zone"] = .string(zone.name)
    object["windows"] = windows.map { .array($0.map(\.json)) }
    object["authorisation"] = authorisation.map(\.json)
    object["evidence"] = evidence.map { .array($0.map(\.json)) }
    object["answers"] = .answers(answers)
    return .object(object)
  }
}

extension WrittenWindow {
  fileprivate var json: JSON {
    [
      "days": days.map { .strings($0.map(\.abbreviation)) } ?? "all",
      "start": .string(window.start.description), "end": .string(window.end.description),
    ]
  }
}

extension Evidence {
  fileprivate var json: JSON {
    var object: JSONObject = ["question": .string(question)]
    object["url"] = url.map { .string($0) }
    object["sha256"] = sha256.map { .string($0) }
    object["observed_on"] = JSON(observedOn)
    object["expires_on"] = JSON(expiresOn)
    object["max_rps"] = maxRate.map { JSON($0) }
    return .object(object)
  }
}

extension Authorisation {
  fileprivate var json: JSON {
    [
      "issuer": .string(issuer), "reference": .string(reference), "sha256": .string(sha256),
      "max_rps": JSON(maxRate), "expires_on": JSON(expiresOn),
    ]
  }
}

extension JSON {
  fileprivate static func strings(_ texts: [String]) -> JSON {
    .array(texts.map { .string($0) })
  }

  /// Sorted by key, so that equal answers print equally.
  fileprivate static func answers(_ answers: [String: Answer]) -> JSON {
    .object(
      JSONObject(
        members: answers.sorted { $0.key < $1.key }
          .map { (name: $0.key, value: $0.value.json) }))
  }
}
