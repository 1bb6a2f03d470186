import Domain
import Foundation
import Glibc
import Testing

@Suite("the database goes away", .inTurn)
struct DatabaseDownTests {
  @Test("live but not ready, calls are 503 with Retry-After; when it is back all goes on")
  func downAndBack() async throws {
    try await RunningDev.with { dev in
      let stage = Stage(dev: dev)
      let proposal = try await stage.approved(Content.polite())
      let held = try await stage.lease(proposal, worker: "w1").json(201)["lease"]
      let server = try Server(of: dev.workplace)
      try await server.stop()

      #expect(try await stage.nobody.get("/livez").status == 200)
      let ready = try await stage.nobody.get("/readyz")
      try ready.problem(503, "unavailable")
      #expect(ready.field("Retry-After") != nil)
      let me = try await stage.person("pm").get("/v1/me")
      try me.problem(503, "unavailable")
      #expect(me.field("Retry-After") != nil)
      try await stage.renew(try held["id"].requiredText, term: 1).problem(503, "unavailable")
      try await stage.person("pm").post(
        "/v1/proposals", ["content": Content.polite()]
      ).problem(503, "unavailable")
      // What needs no database is answered, and bad input still is bad input or unavailable.
      #expect(try await stage.nobody.get("/openapi.yaml").status == 200)
      #expect(try await stage.nobody.get("/nowhere").status == 404)
      let numbers = try MetricsPage(try await stage.nobody.get("/metrics").text)
      #expect(numbers.value("countersign_database_up") == 0)
      #expect(numbers.sum("countersign_database_refused_total", ["reason": "no_database"]) > 0)
      #expect(numbers.families["countersign_locks_in_force"]?.samples.isEmpty == true)
      let many = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<64 {
          group.addTask { try await stage.person("pm").get("/v1/people").status }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(many.allSatisfy { $0 == 503 })

      try await server.start(in: dev.workplace)
      try await becomesReady(stage)
      #expect(try await stage.person("pm").get("/v1/me").status == 200)
      let numbersAfter = try MetricsPage(try await stage.nobody.get("/metrics").text)
      #expect(numbersAfter.value("countersign_database_up") == 1)
      let renewed = try await stage.renew(try held["id"].requiredText, term: 1).json(200)
      #expect(renewed["lease"]["term"] == 2)
      #expect(try await stage.view(proposal)["status"] == "approved")
      let list = try await stage.person("pm").get("/v1/proposals").json(200)
      #expect(list["items"].elements.count == 1, "the refused proposal was not stored")
    }
  }

  /// Asks until it is ready again.
  private func becomesReady(_ stage: Stage) async throws {
    let deadline = Date(timeIntervalSinceNow: 30)
    while try await stage.nobody.get("/readyz").status != 200 {
      guard Date() < deadline else {
        throw Program.Failure(description: "not ready 30 s after the database is back")
      }
    }
  }

  /// The database server of an instance, to be stopped and started by hand.
  private struct Server {
    private let processID: pid_t
    private let commandLine: [String]
    private let userID: uid_t
    private let groupID: gid_t
    private let dataFolder: String

    init(of workplace: Workplace) throws {
      processID = try #require(workplace.postmaster())
      let folder = "/proc/\(processID)"
      let bytes = FileManager.default.contents(atPath: folder + "/cmdline") ?? .init()
      commandLine = String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(String.init)
      dataFolder = workplace.data + "/postgres"
      var status = stat()
      #expect(stat(dataFolder, &status) == 0)
      (userID, groupID) = (status.st_uid, status.st_gid)
    }

    /// An immediate shutdown, as after a power cut; returns when the process is gone.
    func stop() async throws {
      let processID = processID
      kill(processID, SIGQUIT)
      try await offPool {
        // A child of the instance that has ended and is not waited for is gone enough.
        let state = "/proc/\(processID)/stat"
        let deadline = Date(timeIntervalSinceNow: 20)
        while Date() < deadline {
          let bytes = FileManager.default.contents(atPath: state) ?? .init()
          let text = String(decoding: bytes, as: UTF8.self)
          if text.isEmpty || text.contains(") Z ") { return }
        }
        throw Program.Failure(description: "the database server does not stop")
      }
    }

    func start(in workplace: Workplace) async throws {
      var line = commandLine
      if geteuid() == 0 {
        line =
          [
            "/usr/bin/env", "--chdir=/", "/usr/bin/setpriv", "--reuid=\(userID)",
            "--regid=\(groupID)", "--init-groups", "--",
          ] + line
      }
      _ = try workplace.start(
        line, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"])
      let file = dataFolder + "/postmaster.pid"
      try await offPool {
        let deadline = Date(timeIntervalSinceNow: 30)
        while Date() < deadline {
          let bytes = FileManager.default.contents(atPath: file) ?? .init()
          if String(decoding: bytes, as: UTF8.self).contains("ready") { return }
        }
        throw Program.Failure(description: "the database server does not start")
      }
    }
  }
}
