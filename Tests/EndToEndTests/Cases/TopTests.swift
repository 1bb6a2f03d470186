import Domain
import Foundation
import Glibc
import Testing

@Suite("what people see", .inTurn)
struct TopTests {
  private static let entered = "\u{1B}[?1049h"
  private static let left = "\u{1B}[?1049l"

  /// A grant with one lease and refused calls beside it.
  private func busy(_ stage: Stage) async throws -> Stage.Proposal {
    let proposal = try await stage.approved(Content.own(workers: 1))
    _ = try await stage.lease(proposal, worker: "w1").json(201)
    for _ in 0..<2 {
      try await stage.lease(proposal, worker: "w2").problem(429, "no_capacity")
    }
    return proposal
  }

  private func top(
    _ stage: Stage, _ more: [String], rows: Int = 40, columns: Int = 100
  ) throws -> TerminalProgram {
    let environment = stage.dev.workplace.environment(listen: "127.0.0.1:0")
      .merging(["TERM": "xterm"]) { _, new in new }
    return try TerminalProgram(
      [Binary.path, "leases", "top", "--as", "pm"] + more, environment: environment, rows: rows,
      columns: columns)
  }

  @Test("printed once: budgets, leases, and within seconds what was refused; 100 columns at most")
  func once() async throws {
    let stage = try await Stage.shared()
    let proposal = try await busy(stage)
    let words = ["leases", "top", "--grant", proposal.grant]
    // A replica writes down what it refused every five seconds.
    let deadline = Date(timeIntervalSinceNow: 30)
    var output = ""
    repeat {
      let end = try await stage.dev.commandLine(words, as: "pm")
      #expect(end.code == 0, "\(end.errors)")
      output = end.output
    } while !output.contains("no_capacity") && Date() < deadline
    #expect(output.contains("no_capacity"))
    #expect(output.contains("\(proposal.number).0"))
    #expect(output.contains(proposal.name(of: "w1")) && output.contains("1/1"))
    #expect(!output.contains("\u{1B}"))
    #expect(output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(output)")
    let json = try await stage.dev.commandLine(words + ["--json"], as: "pm")
    let answer = try JSONParser.parse(Array(json.output.utf8))
    #expect(answer["leases"].elements.count == 1 && answer["totals"]["waiting"].integer == 1)
    let load = try await stage.dev.commandLine(
      ["sites", "load", proposal.host.split(separator: ".").dropFirst().joined(separator: ".")],
      as: "pm")
    #expect(load.code == 0 && load.output.contains("Refused in the last hour"))
    #expect(load.output.contains("no_capacity"), "\(load.output)")
  }

  @Test(
    "on a terminal it is drawn again, fits the window and leaves the terminal as it was",
    arguments: ["q", "\u{3}"])
  func live(key: String) async throws {
    let stage = try await Stage.shared()
    let proposal = try await busy(stage)
    let program = try top(stage, ["--grant", proposal.grant, "--interval", "1"], columns: 90)
    let foot = "q ends, space looks at once; every 1 s"
    _ = try await program.screen { $0.components(separatedBy: foot).count > 3 }
    #expect(!program.isAsAtAPrompt)
    try program.resize(rows: 4, columns: 70)
    let small = try await program.screen { text in
      guard let frame = text.components(separatedBy: "\u{1B}[H").dropLast().last else {
        return false
      }
      return frame.components(separatedBy: "\r\n").count == 4
    }
    #expect(small.hasPrefix(Self.entered))
    program.press(key)
    let end = try await program.end()
    #expect(end.code == 0)
    #expect(end.screen.hasSuffix("\u{1B}[?7h\u{1B}[?25h" + Self.left), "\(end.screen.suffix(60))")
    #expect(program.isAsAtAPrompt)
  }

  @Test("a signal that ends it leaves the terminal as it was too", arguments: [SIGTERM, SIGHUP])
  func signalled(signal: Int32) async throws {
    let stage = try await Stage.shared()
    let program = try top(stage, [])
    _ = try await program.screen { $0.contains("Budgets") }
    program.signal(signal)
    let end = try await program.end()
    #expect(end.code == 0 && end.screen.hasSuffix(Self.left) && program.isAsAtAPrompt)
  }

  @Test("a service that goes away is said; a refusal ends it with the reason on a clean terminal")
  func trouble() async throws {
    let stage = try await Stage.shared()
    let away = try top(stage, ["--server", "http://127.0.0.1:1"])
    _ = try await away.screen { $0.contains("trying again") }
    away.press("q")
    #expect(try await away.end().code == 0)
    let refused = try top(stage, ["--grant", "nothing"])
    let end = try await refused.end()
    #expect(end.code == 1 && refused.isAsAtAPrompt)
    let after = try #require(end.screen.components(separatedBy: Self.left).last)
    #expect(after.contains("invalid_query"))
  }

  @Test("a replica that is asked to end writes down what it has refused before it is gone")
  func drained() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.approved(Content.own(workers: 1))
    _ = try await stage.lease(proposal, worker: "w1").json(201)
    let dev = stage.dev
    try await RunningServe.with(1, on: dev.credentials.databaseURL) { replicas in
      let other = Stage(dev: dev) { replicas.map(\.baseURL) }
      for _ in 0..<3 {
        try await other.lease(proposal, worker: "w2").problem(429, "no_capacity")
      }
      // Sooner than it would have written by itself.
      #expect(try await replicas[0].stop() == 0)
    }
    let load = try await stage.person("pm").get("/v1/load?grant=\(proposal.grant)").json(200)
    #expect(load["refused"][0]["calls"].integer == 3 && load["budgets"][0]["refused"].integer == 3)
  }

  @Test("the history of a grant's use as comma-separated values")
  func csv() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.approved(Content.polite())
    let lease = try await stage.lease(proposal, worker: "w1").json(201)["lease"]["id"]
    _ = try await stage.giveBack(try lease.requiredText, term: 1, by: stage.pool).json(200)
    let usage = ["grants", "usage", proposal.grant]
    let csv = try await stage.dev.commandLine(usage + ["--step", "hour", "--csv"], as: "pm")
    #expect(csv.code == 0, "\(csv.errors)")
    let lines = csv.output.components(separatedBy: "\r\n")
    #expect(lines.count == 3 && lines[2].isEmpty, "\(csv.output)")
    #expect(lines[1].hasPrefix("0,\(proposal.host),") && lines[1].contains(":00:00Z,1,0,"))
    let text = try await stage.dev.commandLine(usage + ["--step", "minute"], as: "pm")
    #expect(text.code == 0 && text.output.contains("by the minute"))
    let both = try await stage.dev.commandLine(usage + ["--csv", "--json"], as: "pm")
    #expect(both.code == 2)
    let refused = try await stage.dev.commandLine(usage + ["--step", "week", "--csv"], as: "pm")
    #expect(refused.code == 1 && refused.errors.contains("invalid_query"))
  }
}
