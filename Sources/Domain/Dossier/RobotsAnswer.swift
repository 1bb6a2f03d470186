/// What a host says of crawlers, from what it answered for its robots.txt.
package enum RobotsAnswer: Sendable {
  case file(RobotsFile)
  /// There is none: everything may be crawled (RFC 9309 §2.3.1.3).
  case none
  /// It could not be read: nothing may be crawled (RFC 9309 §2.3.1.4).
  case unreachable
  /// The host cannot be asked from here: it does not resolve, or is private.
  case unverified

  package init(_ answer: SiteAnswer) {
    switch answer.outcome {
    // Only the host itself can be unknown or private; where it sends us to is its affair.
    case .unresolved, .notPublic: self = answer.hops.isEmpty ? .unverified : .unreachable
    case .tooManyRedirects: self = .none
    case .timedOut, .unreachable, .refused: self = .unreachable
    case .answered:
      switch answer.status ?? 0 {
      case 200..<300:
        self = answer.isPlain ? .file(RobotsFile(answer.content)) : .unreachable
      case 400..<500: self = .none
      default: self = .unreachable
      }
    }
  }

  /// What it means for one target on one host.
  package func standing(
    of target: TargetContent, at index: Int, on host: Host, for agent: RobotsAgent, day: LocalDate
  ) -> RobotsStanding {
    let verdict = verdict(of: target.pathPrefixes, for: agent)
    var delay: Int64?
    if case .file(let file) = self { delay = file.crawlDelayMilliseconds(for: agent) }
    let isBlocking =
      switch verdict {
      case .pending, .unreachable: true
      case .disallowed: !target.isAuthorised(on: day)
      case .allowed, .none, .unverified: false
      }
    return RobotsStanding(
      target: index, host: host.text, verdict: verdict,
      tokens: isBlocking ? .blocked : .free, crawlDelayMilliseconds: delay)
  }

  private func verdict(
    of prefixes: [String], for agent: RobotsAgent
  ) -> RobotsStanding.Verdict {
    switch self {
    case .none: return .none
    case .unreachable: return .unreachable
    case .unverified: return .unverified
    case .file(let file):
      return prefixes.allSatisfy { file.finding(RobotsPath($0), for: agent).isAllowed }
        ? .allowed : .disallowed
    }
  }
}

extension TargetContent {
  /// Whether the operator has permitted the crawl in writing, by a document that holds.
  func isAuthorised(on day: LocalDate) -> Bool {
    answers["operator_consent"] == .choice("written_authorisation")
      && (authorisation?.isValid(on: day) ?? false)
  }
}

/// What the robots.txt of one host means for one target of a revision, as it was fetched last.
package struct RobotsStanding: Hashable, Sendable {
  package enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// Not fetched yet.
    case pending
    case allowed
    case none
    case disallowed
    case unreachable = "unreachable_5xx"
    /// It cannot be asked from here; what the content declares counts.
    case unverified
  }

  package enum Tokens: String, Hashable, Sendable { case free, blocked }

  /// Place of the target in the content, from 0.
  package let target: Int
  /// A host, or the pattern that stands in the content: it is asked when a lease names a host.
  package let host: String
  package let verdict: Verdict
  package let tokens: Tokens
  package let crawlDelayMilliseconds: Int64?

  package init(
    target: Int, host: String, verdict: Verdict, tokens: Tokens, crawlDelayMilliseconds: Int64?
  ) {
    self.target = target
    self.host = host
    self.verdict = verdict
    self.tokens = tokens
    self.crawlDelayMilliseconds = crawlDelayMilliseconds
  }

  package var isPattern: Bool { host.hasPrefix("*.") }

  /// Every host and pattern of a content, none fetched yet.
  package static func pending(of content: ProposalContent) -> [RobotsStanding] {
    content.targets.enumerated().flatMap { index, target in
      target.patterns.map {
        RobotsStanding(
          target: index, host: $0.description, verdict: .pending, tokens: .blocked,
          crawlDelayMilliseconds: nil)
      }
    }
  }
}

/// What the service found out about a target's robots.txt, for its assessment.
package struct TargetRobots: Hashable, Sendable {
  /// An option of the question `robots_verdict`; nil: as declared.
  package let verdict: String?
  /// Whether every host was asked, so that nothing declared counts.
  package let isVerified: Bool
  /// The longest Crawl-delay and the host that set it.
  package let crawlDelay: (host: String, milliseconds: Int64)?

  /// Nothing was fetched: what the content declares counts.
  package static let declared = TargetRobots([])

  /// From the standings of one target; the worst of its hosts counts. What is not fetched yet
  /// counts as unreachable.
  package init(_ standings: [RobotsStanding]) {
    let hosts = standings.filter { !$0.isPattern }
    let order: [RobotsStanding.Verdict] = [.disallowed, .unreachable, .none, .allowed]
    let found = Set(hosts.map { $0.verdict == .pending ? .unreachable : $0.verdict })
    verdict = order.first(where: found.contains)?.rawValue
    isVerified = verdict != nil && !found.contains(.unverified)
    crawlDelay = hosts.compactMap { standing in
      standing.crawlDelayMilliseconds.map { (host: standing.host, milliseconds: $0) }
    }.max { $0.milliseconds < $1.milliseconds }
  }

  package static func == (left: TargetRobots, right: TargetRobots) -> Bool {
    left.verdict == right.verdict && left.isVerified == right.isVerified
      && left.crawlDelay?.host == right.crawlDelay?.host
      && left.crawlDelay?.milliseconds == right.crawlDelay?.milliseconds
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(verdict)
    hasher.combine(isVerified)
  }

  /// The fact that rules compare, given what is declared: the worse of both where a host could
  /// not be asked.
  func fact(declared: Answer?) -> Answer? {
    guard let verdict else { return declared }
    if isVerified { return .choice(verdict) }
    let order = ["allowed", "none", "unreachable_5xx", "disallowed"]
    guard case .choice(let said)? = declared, let saidAt = order.firstIndex(of: said) else {
      return declared
    }
    return .choice(order[max(saidAt, order.firstIndex(of: verdict) ?? 0)])
  }

  /// The rate of one request per Crawl-delay, rounded down.
  var rate: (host: String, rate: Rate)? {
    crawlDelay.map { delay in
      let rate = Rate(microRPS: max(1, 1_000_000_000 / delay.milliseconds))
      return (host: delay.host, rate: rate)
    }
  }
}
