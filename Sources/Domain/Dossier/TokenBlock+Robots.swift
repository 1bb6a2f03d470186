extension GrantFacts.TokenBlock {
  /// A host whose robots.txt keeps tokens back until a later fetch allows.
  package static func robots(
    host: String, _ verdict: RobotsStanding.Verdict
  ) -> GrantFacts.TokenBlock {
    let why =
      switch verdict {
      case .pending: "has not been read yet; it is fetched now"
      case .unreachable: "does not answer; it is fetched again by itself"
      case .disallowed: "disallows a granted path; it is read again every day"
      case .allowed, .none, .unverified: "does not stand in the way"
      }
    return GrantFacts.TokenBlock(rule: robotsRule, text: "robots.txt of \(host) \(why)")
  }

  /// Stands where the id of a rule of the policy would.
  package static let robotsRule = "robots.txt"
}

extension RobotsStanding {
  /// Why leases for the host are refused; nil when they are not, or when nobody has named one yet.
  package var refusal: Refusal? {
    guard tokens == .blocked, !isPattern else { return nil }
    let block = GrantFacts.TokenBlock.robots(host: host, verdict)
    return .blockToken(rule: block.rule, text: block.text)
  }
}
