import CountersignTesting
import Domain
import Ledger
import Testing
import Workflow

@Suite("the dossier of a revision")
struct DossierTests {
  private static let robots = "www.example.com/robots.txt"
  private static let polite = "User-agent: *\nDisallow: /private/\nCrawl-delay: 4\n"

  private func with(
    _ body: (ReviewScene, ManualClock, ScriptedSites) async throws -> Void
  ) async throws {
    let sites = ScriptedSites()
    try await ReviewScene.with(fetcher: sites) { scene, clock in
      try await body(scene, clock, sites)
    }
  }

  private func fetchAll(_ scene: ReviewScene) async throws {
    while try await scene.service.fetchDueDossier() {}
  }

  private func dossier(
    _ proposal: (reference: ProposalReference, digest: Digest), _ scene: ReviewScene
  ) async throws -> ShowDossier.Output {
    try await scene.service.look(
      as: scene.legal, ShowDossier(proposal: proposal.reference, revision: .success(nil)))
  }

  private func approve(
    _ proposal: (reference: ProposalReference, digest: Digest), _ scene: ReviewScene
  ) async throws {
    _ = try await scene.service.act(
      as: scene.requester,
      SubmitProposal(proposal: proposal.reference, digest: .success(proposal.digest)))
    try await scene.decide(proposal, scene.legal, .legalReviewer)
    try await scene.decide(proposal, scene.risk, .riskReviewer)
  }

  /// The codes with which a lease is refused; none when there is one.
  private func lease(
    _ proposal: (reference: ProposalReference, digest: Digest), _ scene: ReviewScene,
    host: String = "www.example.com", worker: String
  ) async throws -> [String] {
    let key = try await scene.service.bootstrap(CreateKey(holder: .pool(scene.pool))).secret
    let caller = Caller(
      secret: key,
      trace: RequestTrace(
        id: "test", method: "POST", path: "/v1/leases", idempotencyKey: nil, body: []))
    let input = GrantLease.Input(
      proposal: proposal.reference.text, worker: worker, hosts: [try Host(host)], wish: nil,
      enforcementPoint: nil, buildDigest: nil)
    do {
      _ = try await scene.service.act(as: caller, GrantLease(input: .success(input)))
      return []
    } catch let refusals as Refusals {
      try await scene.service.askForRobots(refusals, of: .success(input), for: caller)
      return refusals.all.map(\.code.rawValue)
    }
  }

  @Test("exact bytes, hashes and the event that has them; every request once and in turn")
  func recorded() async throws {
    try await with { scene, _, sites in
      sites.answer(DossierTests.robots, 200, DossierTests.polite)
      sites.answer(
        "www.example.com/.well-known/security.txt", 200, "Contact: mailto:sec@example.com\n")
      let proposal = try await scene.proposed()
      #expect(try await dossier(proposal, scene).standings.map(\.verdict) == [.pending])
      try await fetchAll(scene)
      let found = try await dossier(proposal, scene)
      #expect(found.standings.map(\.verdict) == [.allowed])
      #expect(found.standings.map(\.crawlDelayMilliseconds) == [4_000])
      let kinds = found.items.map(\.kind)
      #expect(
        Set(kinds) == [.robots, .tdmrep, .securityTxt, .responseTime]
          && kinds.count { $0 == .responseTime } == DossierPlan.timingRequests)
      #expect(
        sites.asked == [
          "https://www.example.com/robots.txt",
          "https://www.example.com/.well-known/tdmrep.json",
          "https://www.example.com/.well-known/security.txt",
          "https://www.example.com/", "https://www.example.com/", "https://www.example.com/",
        ])
      let robots = try #require(found.items.first { $0.kind == .robots })
      let item = try await scene.service.look(
        as: scene.legal, ShowDossierItem(proposal: proposal.reference, n: robots.n))
      #expect(item.content == Array(DossierTests.polite.utf8))
      #expect(item.contentDigest == Digest.sha256(of: Array(DossierTests.polite.utf8)))
      #expect(item.recordDigest == Digest.sha256(of: item.record))
      let record = String(decoding: item.record, as: UTF8.self)
      #expect(record.contains("\"address\":\"93.184.216.34\""))
      let entries = try await scene.service.look(
        as: scene.legal, ShowTimeline(proposal: proposal.reference, after: nil, limit: 50))
      let told = try entries.map { String(decoding: try $0.event.canonicalBytes(), as: UTF8.self) }
      let events = told.filter { $0.contains("\"dossier.recorded\"") }
      #expect(events.count == 2)
      #expect(events[0].contains(robots.recordDigest.description))
      #expect(events[0].contains(robots.contentDigest.description))
      #expect(!(try await scene.service.fetchDueDossier()))
    }
  }

  @Test("what robots.txt says decides, whatever the proposal declares")
  func decides() async throws {
    try await with { scene, _, sites in
      sites.answer(DossierTests.robots, 200, "User-agent: DemoBot\nDisallow: /prices/\n")
      let proposal = try await scene.proposed()
      try await fetchAll(scene)
      let codes = try await refusalCodes { try await approve(proposal, scene) }
      #expect(codes == ["not_submittable", "tier_prohibited"])
    }
  }

  @Test("a Crawl-delay lowers the grant, and the host that set it is named")
  func crawlDelay() async throws {
    try await with { scene, _, sites in
      sites.answer(DossierTests.robots, 200, DossierTests.polite)
      let proposal = try await scene.proposed()
      try await fetchAll(scene)
      try await approve(proposal, scene)
      let grant = try #require(try await scene.show(proposal).grant)
      let terms = String(decoding: try grant.terms.canonicalBytes(), as: UTF8.self)
      #expect(terms.contains("crawl_delay www.example.com"))
      #expect(try await lease(proposal, scene, worker: "a").isEmpty)
    }
  }

  @Test("5xx blocks tokens, asks again later and ever more rarely, and a later 200 lifts it")
  func unreachable() async throws {
    try await with { scene, clock, sites in
      sites.answer(DossierTests.robots, 503)
      let proposal = try await scene.proposed()
      try await fetchAll(scene)
      #expect(try await dossier(proposal, scene).standings.map(\.verdict) == [.unreachable])
      try await approve(proposal, scene)
      #expect(try await scene.show(proposal).status == .approved)
      #expect(try await lease(proposal, scene, worker: "a") == ["block_token"])
      #expect(try await scene.show(proposal).blocking.map(\.code.rawValue) == ["block_token"])
      sites.answer(DossierTests.robots, 200, DossierTests.polite)
      #expect(!(try await scene.service.fetchDueDossier()))
      clock.runAhead(seconds: DossierPlan.secondsToNext(after: .unreachable, attempt: 1) + 1)
      try await fetchAll(scene)
      #expect(try await lease(proposal, scene, worker: "a").isEmpty)
      // A day later it is read again, and a Disallow stops new leases without a new round.
      sites.answer(DossierTests.robots, 200, "User-agent: *\nDisallow: /\n")
      clock.runAhead(seconds: 86_500)
      try await fetchAll(scene)
      #expect(try await lease(proposal, scene, worker: "b").contains("block_token"))
    }
  }

  @Test("what is missing blocks tokens until it is fetched")
  func missing() async throws {
    try await with { scene, _, sites in
      sites.answer(DossierTests.robots, 200, "")
      let proposal = try await scene.proposed()
      try await approve(proposal, scene)
      #expect(try await lease(proposal, scene, worker: "a") == ["block_token"])
      try await fetchAll(scene)
      #expect(try await lease(proposal, scene, worker: "a").isEmpty)
    }
  }

  @Test(
    "a host that cannot be asked leaves what is declared, unverified",
    arguments: [SiteAnswer.Outcome.unresolved, .notPublic])
  func unverified(outcome: SiteAnswer.Outcome) async throws {
    try await with { scene, _, sites in
      sites.fail(DossierTests.robots, outcome)
      let proposal = try await scene.proposed()
      try await fetchAll(scene)
      #expect(try await dossier(proposal, scene).standings.map(\.verdict) == [.unverified])
      #expect(sites.asked.count == 1)
      try await approve(proposal, scene)
      #expect(try await lease(proposal, scene, worker: "a").isEmpty)
    }
  }

  @Test("a pattern is checked when a lease names the host, and not before")
  func patterns() async throws {
    try await with { scene, _, sites in
      sites.answer(DossierTests.robots, 200, "")
      sites.answer("a.shop.example.com/robots.txt", 200, "")
      sites.answer("b.shop.example.com/robots.txt", 200, "User-agent: *\nDisallow: /\n")
      let proposal = try await scene.proposed {
        $0.replacing("[www.example.com]", with: "[www.example.com, \"*.shop.example.com\"]")
      }
      try await fetchAll(scene)
      #expect(!sites.asked.contains { $0.contains("shop") })
      try await approve(proposal, scene)
      for host in ["a.shop.example.com", "b.shop.example.com"] {
        let refused = try await lease(proposal, scene, host: host, worker: host)
        #expect(refused == ["block_token"])
      }
      try await fetchAll(scene)
      #expect(
        try await lease(proposal, scene, host: "a.shop.example.com", worker: "a").isEmpty)
      // The other worker has the whole rate by now, which is told beside it.
      let denied = try await lease(proposal, scene, host: "b.shop.example.com", worker: "b")
      #expect(denied.first == "block_token")
    }
  }

  @Test("with fetching switched off nothing is asked for and what is declared counts")
  func switchedOff() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.proposed()
      #expect(try await dossier(proposal, scene).standings.isEmpty)
      #expect(!(try await scene.service.fetchDueDossier()))
      try await approve(proposal, scene)
      #expect(try await lease(proposal, scene, worker: "a").isEmpty)
    }
  }

  @Test("twelve fetchers at once: every host is asked once, by one of them at a time")
  func fetchersAtOnce() async throws {
    try await with { scene, _, sites in
      sites.answer(DossierTests.robots, 200, "")
      for number in 0..<3 {
        _ = try await scene.proposed {
          $0.replacing("Price reference", with: "Price reference \(number)")
        }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<12 { group.addTask { _ = try await scene.service.fetchDueDossier() } }
        try await group.waitForAll()
      }
      try await fetchAll(scene)
      let asked = sites.asked.filter { $0.hasSuffix("/robots.txt") }
      #expect(asked.count == 3)
    }
  }
}
