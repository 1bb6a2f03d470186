import Domain
import Foundation
import Testing

@Suite("the rest of the command line", .inTurn)
struct CommandLineStepsTests {
  @Test("bootstrap makes two administrators of an empty installation, once")
  func bootstrap() async throws {
    let stage = try await Stage.shared()
    let name = "bootstrap_\(UInt32.random(in: .min ... .max))"
    let owner = try SecondConnection(url: stage.dev.superuserURL)
    try await offPool { _ = try owner.rows("CREATE DATABASE \(name) OWNER countersign") }
    let url = stage.dev.credentials.databaseURL.replacing("/countersign?", with: "/\(name)?")
    let empty = try RunningDev(extra: ["DATABASE_URL": url])
    defer { empty.workplace.remove() }
    let words = [
      "people", "bootstrap", "--first", "Ada <ada@acme.example>", "--second",
      "Bo <bo@acme.example>", "--json",
    ]
    let early = try await empty.commandLine(words)
    #expect(early.code == 1)
    #expect(early.errors.contains("countersign migrate"))
    #expect(try await empty.commandLine(["migrate"]).code == 0)
    let made = try await empty.commandLine(words)
    #expect(made.code == 0, "\(made.errors)")
    let people = try JSONParser.parse(Array(made.output.utf8))["people"].elements
    #expect(people.compactMap { $0["email"].text } == ["ada@acme.example", "bo@acme.example"])
    #expect(Set(people.compactMap { $0["enrolment"]["secret"].text }).count == 2)
    let late = try await empty.commandLine(words)
    #expect(late.code == 1)
    #expect(late.errors.contains("ada@acme.example"))
    try await offPool { _ = try owner.rows("DROP DATABASE \(name) WITH (FORCE)") }
  }

  @Test("an account is made, enrols with its secret on standard input, and gets a role")
  func people() async throws {
    let stage = try await Stage.shared()
    let email = "ann-\(UInt32.random(in: .min ... .max))@demo.example"
    let made = try await json(
      stage, ["people", "create", "--name", "Ann", "--email", email], as: "admin")
    let secret = try made["enrolment"]["secret"].requiredText
    let server = stage.dev.credentials.baseURL
    let enrol = "echo \(secret) | '\(Binary.path)' people enrol --json --server \(server)\n"
    let shell = try stage.dev.workplace.start(["/usr/bin/env", "bash"], script: enrol)
    let (code, output) = try await shell.end()
    #expect(code == 0, "\(shell.errors)")
    let token = try JSONParser.parse(Array(output.utf8))["token"]["secret"].requiredText
    #expect(token.hasPrefix("csp_"))
    let again = try stage.dev.workplace.start(["/usr/bin/env", "bash"], script: enrol)
    #expect(try await again.end().code == 1)

    let role = ["people", "give-role", email, "legal_reviewer"]
    let first = try await run(stage, role, as: "admin")
    #expect(first.contains("another administrator"))
    let second = try await run(stage, role, as: "admin2")
    #expect(second.contains("legal_reviewer"))
    let closed = try await json(stage, ["people", "deactivate", email], as: "admin")
    #expect(closed["active"] == false)
    #expect(try await stage.holding(token).get("/v1/me").status == 401)
  }

  @Test("a draft is corrected as a new revision, sent back, submitted again and withdrawn")
  func revisions() async throws {
    let stage = try await Stage.shared()
    let file = stage.dev.workplace.path + "/steps-\(UInt32.random(in: .min ... .max)).yaml"
    let polite = try String(contentsOfFile: Binary.example("polite.yaml"), encoding: .utf8)
    try Data(polite.utf8).write(to: URL(filePath: file))
    let sheet = try await run(stage, ["proposals", "check", file], as: "pm")
    #expect(sheet.contains("T1"))
    let draft = try await json(stage, ["proposals", "submit", file, "--draft"], as: "pm")
    let number = "\(try draft["number"].requiredInteger)"
    #expect(draft["status"] == "draft")
    let open = try await json(stage, ["proposals", "submit", "--proposal", number], as: "pm")
    #expect(open["status"] == "in_review")

    let back = ["--role", "risk_reviewer", "--reason", "Say who reads the data."]
    _ = try await run(stage, ["reviews", "request-changes", number] + back, as: "risk")
    let better = polite.replacing("title: ", with: "title: Better ")
    try Data(better.utf8).write(to: URL(filePath: file))
    let submit = ["proposals", "submit", file, "--proposal", number]
    let second = try await json(stage, submit, as: "pm")
    #expect(second["revision"].integer == 2)
    #expect(second["status"] == "in_review")

    let old = try draft["digest"].requiredText
    let stale = try await stage.dev.commandLine(
      ["reviews", "approve", number, "--role", "legal_reviewer", "--digest", old], as: "legal")
    #expect(stale.code == 1)
    #expect(stale.errors.contains("stale_digest"))
    _ = try await run(
      stage, ["proposals", "withdraw", number, "--reason", "No longer needed."], as: "pm")
    let shown = try await json(stage, ["proposals", "show", number], as: "pm")
    #expect(shown["status"] == "withdrawn")
  }

  @Test("a pool is stopped by one person and goes on by two")
  func locks() async throws {
    let stage = try await Stage.shared()
    let name = "stopped-\(UInt32.random(in: .min ... .max))"
    let pool = ["pools", "create", name, "--owner", "operator@demo.example"]
    let made = try await json(stage, pool, as: "admin")
    let key = try await json(stage, ["pools", "key", name], as: "admin")
    #expect(try key["secret"].requiredText.hasPrefix("csw_"))
    let lock = try await json(
      stage, ["locks", "place", "pool", name, "--reason", "Runs wild."], as: "pm")
    let id = try lock["id"].requiredText
    #expect(lock["scope"]["id"] == made["id"])
    #expect(try await run(stage, ["locks", "list"], as: "auditor").contains(id))
    let state = try await json(stage, ["locks", "propagation", id], as: "pm")
    #expect(state["live_leases"].integer == 0)
    let release = ["locks", "release", id, "--reason", "Repaired."]
    #expect(try await run(stage, release, as: "operator").contains("second person"))
    #expect(try await stage.dev.commandLine(release, as: "operator").code == 1)
    #expect(try await run(stage, release, as: "legal").contains("is released"))
  }

  @Test("enforcement points are listed with what is known of them; a stop is a line of its own")
  func revocations() async throws {
    let stage = try await Stage.shared()
    let name = "edge-\(UInt32.random(in: .min ... .max))"
    let made = try await json(stage, ["gateways", "create", name], as: "admin")
    let key = try await json(stage, ["gateways", "key", name], as: "admin")
    let told = try await json(stage, ["revocations", "list"], as: "pm")
    let epoch = try told["next"].requiredInteger
    // Both of its keys are good; it had taken in nothing before this question.
    for secret in [made["secret"], key["secret"]] {
      let point = stage.holding(try secret.requiredText)
      _ = try await point.get("/v1/revocations?since=\(epoch)").json(200)
    }
    let deadline = Date(timeIntervalSinceNow: 30)
    var gateway = JSON.null
    repeat {
      let list = try await json(stage, ["gateways", "list", "--limit", "200"], as: "pm")
      gateway = list["items"].elements.first { $0["name"].text == name } ?? .null
      try #require(Date() < deadline, "\(gateway)")
    } while gateway["seen_at"].text == nil
    #expect(gateway["stale"] == false && gateway["epoch"].integer == epoch)
    #expect(try await run(stage, ["gateways", "list", "--limit", "200"], as: "pm").contains(name))

    let pool = ["pools", "create", "followed-\(name)", "--owner", "operator@demo.example"]
    _ = try await run(stage, pool, as: "admin")
    let place = ["locks", "place", "pool", "followed-\(name)", "--reason", "Runs wild."]
    _ = try await run(stage, place, as: "pm")
    let follow = ["revocations", "follow", "--since", "\(epoch)", "--count", "1"]
    let lines = try await run(stage, follow, as: "auditor").split(separator: "\n")
    #expect(lines.count == 1 && lines[0].hasPrefix("\(epoch + 1)  "))
    let event = try await json(stage, follow, as: "auditor")
    #expect(event["epoch"].integer == epoch + 1)
  }

  @Test("a site is registered from a file and changed by the same command")
  func sites() async throws {
    let stage = try await Stage.shared()
    let host = "site-\(UInt32.random(in: .min ... .max)).example"
    let file = stage.dev.workplace.path + "/\(host).yaml"
    for rate in ["1.5", "2"] {
      let text = """
        operator_kind: private_company
        ceiling: {max_rps: \(rate), burst: 4, max_concurrency: 4, daily_requests: 1000, windows: []}
        time_zone: Asia/Shanghai
        """
      try Data(text.utf8).write(to: URL(filePath: file))
      let site = try await json(stage, ["sites", "put", host, file], as: "admin")
      #expect(site["ceiling"]["max_rps"].microRPS == Rate(literal: rate)?.microRPS)
    }
    #expect(try await run(stage, ["sites", "show", host], as: "pm").contains("any hour"))
  }

  @Test("the keys in the folder are published")
  func keys() async throws {
    let stage = try await Stage.shared()
    let published = try await json(
      stage, ["keys", "list", "--server", stage.dev.credentials.baseURL], as: nil)
    let kept = try await json(stage, ["keys", "list"], as: nil).elements
    // The keys of other processes on the database are published too.
    let kids = Set(published["keys"].elements.compactMap { $0["kid"].text })
    #expect(!kept.isEmpty && kids.isSuperset(of: kept.compactMap { $0["kid"].text }))
    for key in kept {
      let kid = try key["kid"].requiredText
      #expect(try await run(stage, ["keys", "list"], as: nil).contains(kid))
    }
  }

  private func run(_ stage: Stage, _ words: [String], as name: String?) async throws -> String {
    let end = try await stage.dev.commandLine(words, as: name)
    #expect(end.code == 0, "\(words.joined(separator: " ")): \(end.errors)")
    return end.output
  }

  private func json(_ stage: Stage, _ words: [String], as name: String?) async throws -> JSON {
    try JSONParser.parse(Array(try await run(stage, words + ["--json"], as: name).utf8))
  }
}
