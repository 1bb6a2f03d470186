import class CountersignTesting.LocalSite
import Domain
import Foundation
import Synchronization
import Testing

@Suite("dossiers", .inTurn)
struct DossierTests {
  private static let host = "www.dossier.example"

  /// What the site answers for its robots.txt now.
  private final class Mood: Sendable {
    private let answer = Mutex((status: 503, text: ""))

    func set(_ status: Int, _ text: String) { answer.withLock { $0 = (status, text) } }

    func reply(to visit: LocalSite.Visit) {
      let now = answer.withLock { $0 }
      switch visit.target {
      case "/robots.txt": visit.answer(now.status, now.text)
      case "/.well-known/security.txt":
        visit.answer(
          200, "Contact: mailto:security@dossier.example\nExpires: 2027-01-01T00:00:00Z\n")
      case "/.well-known/tdmrep.json":
        visit.answer(200, #"[{"location":"/","tdm-reservation":1}]"#)
      default: visit.answer(404)
      }
    }
  }

  /// Polls until the condition holds.
  private func eventually(
    _ what: String, _ condition: () async throws -> Bool
  ) async throws {
    let deadline = Date(timeIntervalSinceNow: 90)
    while Date() < deadline {
      if try await condition() { return }
      await Client.pause(milliseconds: 200)
    }
    Issue.record("never: \(what)")
  }

  @Test("503 blocks tokens, a later 200 lifts it; bytes, addresses and lines are told")
  func wholeWay() async throws {
    let mood = Mood()
    let site = try LocalSite { mood.reply(to: $0) }
    let inside = try LocalSite { $0.answer(200, "User-agent: *\nDisallow:\n") }
    let shared = try await RunningDev.shared.value
    let extra = [
      "COUNTERSIGN_DOSSIER": "on",
      "COUNTERSIGN_FETCH_HOSTS":
        "\(DossierTests.host)=\(site.authority),moved.dossier.example=\(site.authority)",
    ]
    try await RunningDev.withDatabase(on: shared, extra: extra) { dev in
      let stage = Stage(dev: dev, isBusyMachine: true)
      let proposal = try await stage.approved(Content.polite(host: DossierTests.host))
      let path = "/v1/proposals/\(proposal.id)/dossier"
      func robots() async throws -> JSON {
        try await stage.person("legal").get(path).json(200)["robots"][0]
      }
      // The submission waited for the fetch, so that the assessment knows.
      #expect(try await robots()["verdict"].text == "unreachable_5xx")
      try await stage.lease(proposal, worker: "a").problem(403, "block_token")
      mood.set(200, "User-agent: *\nCrawl-delay: 5\nDisallow: /prices/secret/\n")
      try await eventually("robots.txt is read again") {
        try await robots()["verdict"].text == "allowed"
      }
      _ = try await stage.lease(proposal, worker: "a").json(201)
      try await tells(stage, path, site: site)
      try await refusesInside(stage, inside: inside)
      try await prints(dev, proposal)
    }
  }

  private func tells(_ stage: Stage, _ path: String, site: LocalSite) async throws {
    let person = stage.person("legal")
    try await eventually("everything is fetched") {
      let items = try await person.get(path).json(200)["items"].elements
      return items.count { $0["kind"].text == "response_time" } == 3
    }
    let dossier = try await person.get(path).json(200)
    let found = dossier["robots"][0]
    #expect(found["crawl_delay_seconds"] == 5)
    #expect(found["paths"][0]["path_prefix"].text == "/prices/")
    #expect(found["paths"][0]["disallowed_below"][0]["line"] == 3)
    let items = dossier["items"].elements
    let robots = try #require(items.first { $0["kind"].text == "robots" })
    #expect(robots["address"].text == "127.0.0.1")
    #expect(robots["url"].text == "http://\(DossierTests.host)/robots.txt")
    let number = try robots["n"].requiredInteger
    let bytes = try await person.get("\(path)/\(number)")
    #expect(bytes.status == 200)
    #expect(bytes.field("content-disposition")?.hasPrefix("attachment") == true)
    #expect(String(decoding: bytes.bytes, as: UTF8.self).contains("Crawl-delay: 5"))
    let security = try #require(items.first { $0["kind"].text == "security_txt" })
    #expect(security["says"]["contacts"][0].text == "mailto:security@dossier.example")
    let mining = try #require(items.first { $0["kind"].text == "tdmrep" })
    #expect(mining["says"][0]["reserved"] == true)
    let head = site.visits.first?.head ?? ""
    #expect(head.contains("User-Agent: Countersign/"))
    #expect(head.contains("(+http://countersign.test)"))
    #expect(head.contains("From: crawler@demo.example"))
    #expect(try await person.get("\(path)/999999").status == 404)
  }

  /// Hosts on this machine that nobody permitted are left alone, whoever names them.
  private func refusesInside(_ stage: Stage, inside: LocalSite) async throws {
    for host in ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "169.254.169.254"] {
      let checked = try await stage.person("pm").post(
        "/v1/robots-checks",
        ["host": .string(host), "user_agent": "DemoBot/1.0", "urls": ["/"]]
      ).json(200)
      #expect(checked["robots"].text == "unverified", "\(host)")
      #expect(checked["fetch"]["outcome"].text == "not_public", "\(host)")
      #expect(checked["verdicts"][0]["allowed"] == .null, "\(host)")
    }
    #expect(inside.visits.isEmpty)
    let checked = try await stage.person("pm").post(
      "/v1/robots-checks",
      [
        "host": .string(DossierTests.host), "user_agent": "DemoBot/1.0",
        "urls": ["/prices/", .string("https://\(DossierTests.host)/prices/secret/1")],
      ]
    ).json(200)
    #expect(checked["verdicts"][0]["allowed"] == true)
    #expect(checked["verdicts"][1]["allowed"] == false)
    #expect(checked["verdicts"][1]["line"] == 3)
    try await stage.pool.post(
      "/v1/robots-checks", ["body": "", "user_agent": "a", "urls": ["/"]]
    ).problem(403, "non_human")
    let wrong = try await stage.person("pm").post(
      "/v1/robots-checks",
      ["body": "", "host": "a.example", "user_agent": "a", "urls": ["ftp://a.example/"]])
    #expect(wrong.status == 400)
  }

  private func prints(_ dev: RunningDev, _ proposal: Stage.Proposal) async throws {
    let shown = try await dev.commandLine(
      ["proposals", "dossier", "\(proposal.number)"], as: "legal")
    #expect(shown.code == 0)
    #expect(shown.output.contains("3: Disallow: /prices/secret/"), "\(shown.output)")
    let checked = try await dev.commandLine(
      [
        "robots", "check", "--host", DossierTests.host, "--user-agent", "DemoBot/1.0",
        "/prices/secret/",
      ], as: "legal")
    #expect(checked.code == 1)
    #expect(checked.output.contains("3: Disallow: /prices/secret/"), "\(checked.output)")
  }
}
