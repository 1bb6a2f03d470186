import Domain
import Testing

@Suite("What a host's answer for robots.txt means")
struct RobotsAnswerTests {
  private static let polite = "User-agent: *\nDisallow: /private/\nCrawl-delay: 4\n"

  private static func answer(
    _ status: Int, _ text: String = polite, fields: [(name: String, value: String)] = []
  ) -> SiteAnswer {
    SiteAnswer(
      outcome: .answered,
      hops: [.init(url: "https://a.example/robots.txt", status: status, address: "192.0.2.1")],
      fields: fields, content: Array(text.utf8))
  }

  private static let hop = SiteAnswer.Hop(
    url: "https://a.example/robots.txt", status: 302, address: "192.0.2.1")

  /// Answer, verdict for /listing/, whether tokens are free.
  static let cases: [(SiteAnswer, RobotsStanding.Verdict, RobotsStanding.Tokens)] = [
    (answer(200), .allowed, .free),
    (answer(200, ""), .allowed, .free),
    (answer(200, "User-agent: *\nDisallow: /"), .disallowed, .blocked),
    (answer(200, "User-agent: *\nDisallow: /listing"), .disallowed, .blocked),
    (answer(200, "User-agent: DemoBot\nDisallow: /listing/"), .disallowed, .blocked),
    (answer(200, "User-agent: OtherBot\nDisallow: /"), .allowed, .free),
    (answer(200, "x", fields: [("Content-Encoding", "gzip")]), .unreachable, .blocked),
    (answer(200, fields: [("Content-Encoding", "identity")]), .allowed, .free),
    (answer(404), .none, .free), (answer(400), .none, .free), (answer(499), .none, .free),
    (answer(403), .none, .free), (answer(429), .none, .free),
    (answer(500), .unreachable, .blocked), (answer(503), .unreachable, .blocked),
    (answer(304), .unreachable, .blocked), (answer(302), .unreachable, .blocked),
    (SiteAnswer(outcome: .timedOut), .unreachable, .blocked),
    (SiteAnswer(outcome: .unreachable), .unreachable, .blocked),
    (SiteAnswer(outcome: .refused, hops: [hop]), .unreachable, .blocked),
    (SiteAnswer(outcome: .tooManyRedirects, hops: [hop]), .none, .free),
    (SiteAnswer(outcome: .unresolved), .unverified, .free),
    (SiteAnswer(outcome: .notPublic), .unverified, .free),
    (SiteAnswer(outcome: .unresolved, hops: [hop]), .unreachable, .blocked),
    (SiteAnswer(outcome: .notPublic, hops: [hop]), .unreachable, .blocked),
  ]

  private func standing(
    _ answer: SiteAnswer, _ changes: [String: JSON?] = [:]
  ) throws -> RobotsStanding {
    let content = try ContentBuilder.content(changes)
    let host = try Host("www.example.com")
    let plan = DossierPlan(of: host, in: content, suffixes: ContentBuilder.suffixes)
    #expect(plan.targets == [0])
    let day = try #require(LocalDate("2026-12-01"))
    return plan.standings(RobotsAnswer(answer), in: content, on: day)[0]
  }

  @Test("4xx may be crawled, 5xx and silence may not, who cannot be asked is as declared")
  func verdicts() throws {
    for (answer, verdict, tokens) in RobotsAnswerTests.cases {
      let found = try standing(answer)
      #expect(found.verdict == verdict, "\(answer)")
      #expect(found.tokens == tokens, "\(answer)")
    }
  }

  @Test("who has it in writing is not kept back by a Disallow, until the document expires")
  func authorised() throws {
    let deny = RobotsAnswerTests.answer(200, "User-agent: *\nDisallow: /")
    func changes(_ expiry: String) -> [String: JSON?] {
      [
        "targets/0/answers/operator_consent": "written_authorisation",
        "targets/0/authorisation": [
          "issuer": "A", "reference": "B", "sha256": .string(String(repeating: "a", count: 64)),
          "max_rps": .number(JSONNumber(1)), "expires_on": .string(expiry),
        ],
      ]
    }
    #expect(try standing(deny, changes("2026-12-01")).tokens == .free)
    #expect(try standing(deny, changes("2026-11-30")).tokens == .blocked)
    #expect(try standing(deny, changes("2026-12-01")).verdict == .disallowed)
  }

  @Test("a path of several is enough to be disallowed")
  func prefixes() throws {
    let text = "User-agent: *\nDisallow: /b/"
    let found = try standing(
      RobotsAnswerTests.answer(200, text), ["targets/0/path_prefixes": ["/a/", "/b/"]])
    #expect(found.verdict == .disallowed)
    #expect(try standing(RobotsAnswerTests.answer(200, text)).crawlDelayMilliseconds == nil)
    #expect(try standing(RobotsAnswerTests.answer(200)).crawlDelayMilliseconds == 4_000)
  }

  private func assessed(
    _ standings: [(RobotsStanding.Verdict, Int64?)], _ changes: [String: JSON?] = [:]
  ) throws -> TargetAssessment {
    let robots = TargetRobots(
      standings.enumerated().map { index, standing in
        RobotsStanding(
          target: 0, host: "h\(index).example.com", verdict: standing.0, tokens: .free,
          crawlDelayMilliseconds: standing.1)
      })
    return DefaultPolicy.policy.assess(
      try ContentBuilder.content(changes), sites: [[]], change: .first, robots: [robots],
      on: try #require(LocalDate("2026-12-01"))
    ).targets[0]
  }

  private static let pointer = "/targets/0/answers/robots_verdict"

  @Test("what was fetched counts instead of what is declared, the worst host decides")
  func facts() throws {
    let fetched = try assessed([(.allowed, nil), (.disallowed, nil)])
    #expect(fetched.findings.tier == .x)
    #expect(fetched.unverified.isEmpty)
    let honest = try assessed(
      [(.allowed, nil), (.none, nil)], ["targets/0/answers/robots_verdict": "disallowed"])
    #expect(honest.findings.tier == .t1)
    #expect(honest.unverified.isEmpty)
  }

  @Test("where nobody could ask, the declared verdict counts and is marked unverified")
  func unverified() throws {
    for standings in [[], [(.unverified, nil)]] as [[(RobotsStanding.Verdict, Int64?)]] {
      let found = try assessed(standings)
      #expect(found.findings.tier == .t1)
      #expect(found.unverified.map(\.description) == [RobotsAnswerTests.pointer])
      let denied = try assessed(standings, ["targets/0/answers/robots_verdict": "disallowed"])
      #expect(denied.findings.tier == .x)
      let silent = try assessed(standings, ["targets/0/answers/robots_verdict": nil])
      #expect(silent.findings.tier == .x)
    }
    // One host that denies is not talked away by a declaration for another.
    let mixed = try assessed([(.unverified, nil), (.disallowed, nil)])
    #expect(mixed.findings.tier == .x)
    #expect(mixed.unverified.map(\.description) == [RobotsAnswerTests.pointer])
  }

  @Test("what does not answer, or has not yet, blocks tokens until a fetch lifts it")
  func lifted() throws {
    for verdict in [RobotsStanding.Verdict.unreachable, .pending] {
      let found = try assessed([(.allowed, nil), (verdict, nil)])
      #expect(found.findings.blocks.map(\.rule) == ["R14"])
      #expect(found.liftedByFetch.map(\.rule) == ["R14"])
    }
    // Declared, nothing would lift it but another round.
    let declared = try assessed(
      [], ["targets/0/answers/robots_verdict": "unreachable_5xx"])
    #expect(declared.findings.blocks.map(\.rule) == ["R14"])
    #expect(declared.liftedByFetch.isEmpty)
  }

  @Test("a Crawl-delay is a ceiling, and the host that set it is named")
  func delay() throws {
    let found = try assessed([(.allowed, 4_000), (.allowed, 5_000)])
    #expect(found.caps.maxRate.value == Rate(microRPS: 200_000))
    #expect(found.caps.maxRate.setBy == "crawl_delay h1.example.com")
    // 3 s: a third of a request per second, rounded down.
    #expect(try assessed([(.allowed, 3_000)]).caps.maxRate.value == Rate(microRPS: 333_333))
    let generous = try assessed([(.allowed, 100)])
    #expect(generous.caps.maxRate.setBy == "request")
  }
}
