extension ProposalContent {
  /// When the first document that an approval of it rests on expires.
  package var evidenceExpiresAt: Timestamp? { targets.compactMap(\.evidenceExpiresAt).min() }
}

extension ProposalContent {
  /// What kinds of operator the targets of a stored content are said to have; a target that says
  /// nothing counts as the strictest.
  package static func operatorKinds(in content: JSON) -> [OperatorKind] {
    guard case .object(let members) = content, case .array(let targets)? = members["targets"]
    else { return [] }
    return targets.map { target in
      guard case .object(let members) = target, case .object(let answers)? = members["answers"],
        case .string(let kind)? = answers["operator_kind"]
      else { return OperatorKind.allCases.max() ?? .own }
      return OperatorKind(rawValue: kind) ?? .own
    }
  }
}

extension TargetContent {
  /// The end of the last day of what an approval rests on: the authorisation, and the capacity
  /// evidence where capacity is said to be known.
  package var evidenceExpiresAt: Timestamp? {
    var days: [LocalDate] = []
    if answers["operator_consent"] == .choice("written_authorisation"), let authorisation {
      days.append(authorisation.expiresOn)
    }
    let capacity = (evidence ?? []).filter { $0.question == "capacity_evidence" }
    if let known = answers["capacity_evidence"], known != .choice("none"),
      let last = capacity.map(\.expiresOn).max()
    {
      days.append(last)
    }
    return days.min().map { zone.dayEnd($0) }
  }
}

extension ContentDiff {
  /// Whether nothing but documents was renewed: evidence, and reference, hash and expiry of an
  /// authorisation by the same issuer for the same rate.
  package var renewsOnlyEvidence: Bool {
    !entries.isEmpty
      && entries.allSatisfy { entry in
        let path = entry.pointer.tokens
        if path == ["evidence"] { return true }
        guard path.count >= 3, path[0] == "targets" else { return false }
        let member = path[2...].joined(separator: "/")
        return member == "evidence" || member == "authorisation/reference"
          || member == "authorisation/sha256" || member == "authorisation/expires_on"
      }
  }
}
