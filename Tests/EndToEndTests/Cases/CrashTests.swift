import Domain
import Foundation
import Glibc
import Testing

@Suite("crashes and restarts", .inTurn)
struct CrashTests {
  @Test("kill -9 and start again: every approval and lease as before, and Ctrl-C leaves nothing")
  func killAndRestart() async throws {
    // Without jobs: what they record by themselves would be new in a timeline.
    try await RunningDev.with(extra: ["COUNTERSIGN_JOBS": "off"]) { dev in
      let stage = Stage(dev: dev)
      let scene = try await Scene(stage)
      let before = try await scene.views(stage)
      let credentials = dev.credentials
      let server = try #require(dev.workplace.postmaster())

      try await dev.kill9()
      #expect(dev.workplace.postmaster() == server, "the database outlives the crash")
      try await dev.start()
      #expect(dev.workplace.postmaster() == server, "and is adopted")
      #expect(dev.credentials.people == credentials.people)
      #expect(dev.credentials.pools == credentials.pools)
      #expect(dev.credentials.gateways == credentials.gateways)
      let after = try await scene.views(stage)
      for (path, bytes) in before {
        #expect(after[path] == bytes, "\(path): \(bytes) became \(after[path] ?? "nothing")")
      }
      try await scene.goOn(stage)

      try await refusesSecondStart(dev)
      try await stopsCleanly(dev)
      try await saysPortIsTaken(dev)
      let kept = try await scene.tableCounts(stage, dev)
      try await dev.start()
      #expect(dev.credentials.people == credentials.people)
      let second = try await scene.tableCounts(stage, dev)
      #expect(kept == nil || kept == second)
      let view = try await stage.view(scene.approved)
      #expect(view["status"] == "approved")
    }
  }

  private func refusesSecondStart(_ dev: RunningDev) async throws {
    let second = try dev.launch()
    let end = try await second.end()
    #expect(end.code != 0)
    expectOneLine(second.errors, mentioning: "in use")
    #expect(try await Stage(dev: dev).nobody.get("/readyz").status == 200)
  }

  private func stopsCleanly(_ dev: RunningDev) async throws {
    let program = try #require(dev.program)
    #expect(try await dev.stop() == 0)
    #expect(try await program.end().output.contains("stopped"))
    #expect(dev.workplace.postmaster() == nil)
    let left = Workplace.processes { $0.contains(dev.workplace.path) }
      .filter { getpgid($0) == program.processID }
    #expect(left.isEmpty)
  }

  private func saysPortIsTaken(_ dev: RunningDev) async throws {
    let taken = try TakenPort()
    let program = try dev.launch(listen: "127.0.0.1:\(taken.port)")
    let end = try await program.end()
    #expect(end.code != 0)
    expectOneLine(program.errors, mentioning: "\(taken.port)")
    #expect(dev.workplace.postmaster() == nil)
  }
}

/// What stands in the database before a crash.
private struct Scene {
  let approved: Stage.Proposal
  let pending: Stage.Proposal
  let rejected: Stage.Proposal
  let lease: String
  let token: String
  let lock: String

  init(_ stage: Stage) async throws {
    approved = try await stage.approved(Content.polite())
    pending = try await stage.submitted(Content.polite())
    rejected = try await stage.submitted(Content.polite())
    _ = try await stage.decide(pending, as: "legal", "legal_reviewer").json(201)
    _ = try await stage.decide(rejected, as: "risk", "risk_reviewer", "reject").json(201)
    let first = try await stage.lease(approved, worker: "w1").json(201)
    lease = try first["lease"]["id"].requiredText
    token = try await stage.renew(lease, term: 1).json(200)["token"].requiredText
    let locked = try await stage.person("legal").post(
      "/v1/locks",
      ["scope": ["kind": "proposal", "id": .string(rejected.id)], "reason": "never"]
    ).json(201)
    lock = try locked["id"].requiredText
    _ = try await stage.person("risk").post(
      "/v1/locks/\(lock)/releases", ["reason": "over"]
    ).json(202)
  }

  /// The exact bytes of everything that a crash must not change.
  func views(_ stage: Stage) async throws -> [String: String] {
    var paths = [
      "/v1/leases/\(lease)", "/v1/leases?limit=200", "/v1/locks?limit=200", "/v1/people",
      "/v1/pools", "/v1/gateways", "/v1/grants/\(approved.grant)", "/v1/grants",
      "/v1/proposals?limit=200", "/v1/me", "/v1/me/tokens", "/.well-known/jwks.json",
      "/v1/sites?limit=200",
    ]
    for proposal in [approved, pending, rejected] {
      let path = "/v1/proposals/\(proposal.id)"
      paths += [path, path + "/decisions", path + "/revisions", path + "/revisions/1"]
      paths += [path + "/timeline"]
    }
    var views: [String: String] = [:]
    for path in paths {
      let reply = try await stage.person("auditor").get(path)
      #expect(reply.status == 200, "\(path): \(reply.text)")
      views[path] = reply.text
    }
    return views
  }

  /// The same terms, the same signatures, from where they stood.
  func goOn(_ stage: Stage) async throws {
    #expect(try await stage.introspect(token).json(200)["active"] == true)
    let repeated = try await stage.renew(lease, term: 1).json(200)
    #expect(repeated["lease"]["term"] == 2)
    let next = try await stage.renew(lease, term: 2).json(200)
    #expect(next["lease"]["term"] == 3)
    try await stage.decide(pending, as: "legal", "legal_reviewer").problem(
      409, "already_decided")
    _ = try await stage.decide(pending, as: "risk", "risk_reviewer").json(201)
    #expect(try await stage.view(pending)["status"] == "approved")
    let path = "/v1/locks/\(lock)/releases"
    try await stage.person("risk").post(path, ["reason": "over"]).problem(403, "same_person")
    _ = try await stage.person("legal2").post(path, ["reason": "over"]).json(200)
  }

  /// Nil while the database is stopped.
  func tableCounts(_ stage: Stage, _ dev: RunningDev) async throws -> [String: String]? {
    guard dev.workplace.postmaster() != nil else { return nil }
    let second = try await stage.secondConnection()
    return try await offPool { try second.contents() }
  }
}

/// One line for a person, with the program's name in front.
func expectOneLine(
  _ errors: String, mentioning words: String, _ location: SourceLocation = #_sourceLocation
) {
  let lines = errors.split(separator: "\n")
  #expect(lines.count == 1, "\(errors)", sourceLocation: location)
  #expect(
    lines.first?.hasPrefix("countersign: ") == true, "\(errors)", sourceLocation: location)
  #expect(errors.contains(words), "\(errors)", sourceLocation: location)
}
