import Domain
import Foundation
import Glibc
import Testing

@Suite("crashes and restarts", .inTurn)
struct CrashTests {
  @Test("kill -9 and start again: every approval and lease as before, and Ctrl-C leaves nothing")
  func killAndRestart() async throws {
    try await RunningDev.with { dev in
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

  @Test("what was acknowledged before kill -9 in the middle of a storm is there afterwards")
  func killInStorm() async throws {
    try await RunningDev.with { dev in
      let stage = Stage(dev: dev)
      var proposals: [Stage.Proposal] = []
      for _ in 0..<12 { proposals.append(try await stage.submitted(Content.polite())) }
      let own = try await stage.approved(Content.own())
      let leases = try await held(of: own, stage)
      async let renewals: Void = renew(leases, stage)
      let acknowledged = await storm(stage, proposals)
      await renewals
      try await dev.start()
      try await renewAgain(leases, of: own, stage)
      let second = try await stage.secondConnection()
      let rows = try await offPool { try second.rows("SELECT id FROM decisions") }
      #expect(acknowledged.subtracting(rows.map { $0[0] }).isEmpty)
      print("\(acknowledged.count) decisions were acknowledged, \(rows.count) are there")
      for proposal in proposals {
        // Whatever is missing can be signed now, and only that.
        let view = try await stage.view(proposal)
        for (name, role) in [("legal", "legal_reviewer"), ("risk", "risk_reviewer")] {
          let seat = view["seats"].elements.first { $0["role"].text == role }
          if seat?["filled_by"] == .null {
            _ = try await stage.decide(proposal, as: name, role).json(201)
          }
        }
        #expect(try await stage.view(proposal)["status"] == "approved")
      }
      let grants = try await offPool {
        try second.rows("SELECT count(*), count(DISTINCT round) FROM grants")
      }
      #expect(grants == [["13", "13"]])
    }
  }

  private func held(of proposal: Stage.Proposal, _ stage: Stage) async throws -> [String] {
    var leases: [String] = []
    for number in 1...4 {
      let lease = try await stage.lease(
        proposal, worker: "w\(number)", wants: Rate(microRPS: 250_000)
      ).json(201)["lease"]
      leases.append(try lease["id"].requiredText)
    }
    return leases
  }

  /// The second terms, asked for while the process dies: whether they are made, nobody knows.
  private func renew(_ leases: [String], _ stage: Stage) async {
    await withTaskGroup(of: Void.self) { group in
      for lease in leases {
        group.addTask {
          do {
            _ = try await stage.renew(lease, term: 1)
          } catch {
            print("a renewal is lost: \(error)")
          }
        }
      }
    }
  }

  /// A retry gives the same second term, and nothing is taken up twice.
  private func renewAgain(
    _ leases: [String], of proposal: Stage.Proposal, _ stage: Stage
  ) async throws {
    let watch = Occupancy(try await stage.secondConnection(), grants: [proposal.grant])
    let seen = try await watch.watching {
      for lease in leases {
        let first = try await stage.renew(lease, term: 1).json(200)["lease"]
        #expect(first["term"] == 2)
        let again = try await stage.renew(lease, term: 1).json(200)["lease"]
        #expect(again["expires_at"] == first["expires_at"])
        #expect(try await stage.renew(lease, term: 2).json(200)["lease"]["term"] == 3)
      }
    }
    #expect(seen.violations.isEmpty)
    #expect(seen.mostMicroRPS.values.contains(1_000_000))
  }

  /// Ids of the decisions whose answers arrived before the process was gone.
  private func storm(_ stage: Stage, _ proposals: [Stage.Proposal]) async -> Set<String> {
    await withTaskGroup(of: String?.self) { group in
      for (index, proposal) in proposals.enumerated() {
        for (name, role) in [("legal", "legal_reviewer"), ("risk", "risk_reviewer")] {
          group.addTask {
            do {
              let id = try await stage.decide(proposal, as: name, role).json["id"].text
              if index == 5 { try await stage.dev.kill9() }
              return id
            } catch {
              // The server is gone: nothing was acknowledged.
              return nil
            }
          }
        }
      }
      return await group.reduce(into: []) { found, id in if let id { found.insert(id) } }
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

/// A port that this process listens on.
final class TakenPort: Sendable {
  let port: UInt16
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (descriptor, size) = (self.descriptor, length)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0
      }
    }
    guard bound else { throw RawConnection.Failure(description: "cannot listen: \(errno)") }
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &length)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }
}
