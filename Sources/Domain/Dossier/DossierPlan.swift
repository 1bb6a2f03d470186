/// What is fetched of one host for one revision, and for whom.
package struct DossierPlan: Hashable, Sendable {
  package let host: Host
  package let agent: RobotsAgent
  package let contact: String
  /// The page on which a site says what it allows, where the content names one.
  package let termsURL: String?
  /// Which targets have the host, with their place in the content.
  package let targets: [Int]

  /// How many requests measure the response time.
  package static let timingRequests = 3
  /// How long there is nothing between two requests to one host.
  package static let pauseMilliseconds = 1_000
  /// The question whose evidence names the terms.
  static let termsQuestion = "terms_on_automation"

  package init(
    of host: Host, in content: ProposalContent, suffixes: PublicSuffixes
  ) {
    self.host = host
    agent = RobotsAgent(userAgent: content.identity.userAgent)
    contact = content.identity.contact
    let covering = content.targets.indices.filter { index in
      content.targets[index].patterns.contains { $0.covers(host, suffixes: suffixes) }
    }
    targets = Array(covering)
    let evidence =
      covering.flatMap { content.targets[$0].evidence ?? [] } + (content.evidence ?? [])
    termsURL = evidence.first { $0.question == DossierPlan.termsQuestion && $0.url != nil }?.url
  }

  /// The standings of the host after an answer.
  package func standings(
    _ answer: RobotsAnswer, in content: ProposalContent, on day: LocalDate
  ) -> [RobotsStanding] {
    targets.map {
      answer.standing(
        of: content.targets[$0], at: $0, on: host, for: agent, day: day)
    }
  }

  /// How long after an attempt the next one is due: an answer holds for a day (RFC 9309 §2.4);
  /// a host that did not answer is asked again, ever more rarely.
  package static func secondsToNext(after answer: RobotsAnswer, attempt: Int64) -> Int64 {
    guard case .unreachable = answer else { return 86_400 }
    return min(3_600, 10 << min(max(attempt - 1, 0), 9))
  }
}
