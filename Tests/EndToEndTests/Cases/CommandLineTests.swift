import Domain
import Foundation
import Testing

@Suite("the main job in a shell", .inTurn)
struct CommandLineTests {
  @Test("the printed calls, pasted as printed, end with a worker's token")
  func pasted() async throws {
    let stage = try await Stage.shared()
    let printed = try await stage.dev.printed()
    let begin = try #require(printed.firstRange(of: "\nS=http")?.lowerBound)
    let end = try #require(printed.firstRange(of: "\nCtrl-C stops")?.lowerBound)
    let shell = try stage.dev.workplace.start(
      ["/usr/bin/env", "bash"], script: String(printed[begin..<end]))
    let (code, output) = try await shell.end()
    #expect(code == 0, "\(shell.errors)")
    let last = try #require(output.split(separator: "\n").last)
    let answer = try JSONParser.parse(Array(last.utf8))
    expectMembers(answer, ["lease", "worker", "token", "server_time"])
    let token = try answer["token"].requiredText
    #expect(try await stage.introspect(token).json(200)["active"] == true)
  }

  @Test("the command line does the main job with the polite example")
  func mainJob() async throws {
    let stage = try await Stage.shared()
    let example = Binary.example("polite.yaml")
    let submitted = try await run(
      stage, ["proposals", "submit", example, "--json"], as: "pm")
    let proposal = try JSONParser.parse(Array(submitted.utf8))
    #expect(proposal["status"] == "in_review")
    let id = try proposal["id"].requiredText
    let number = "\(try proposal["number"].requiredInteger)"

    let waiting = try await run(stage, ["reviews", "list", "--json"], as: "legal")
    #expect(waiting.contains(id))
    let sheet = try await run(stage, ["reviews", "show", number], as: "legal")
    #expect(sheet.contains("www.example.com"))
    _ = try await run(
      stage, ["reviews", "approve", number, "--role", "legal_reviewer"], as: "legal")
    _ = try await run(
      stage, ["reviews", "approve", number, "--role", "risk_reviewer"], as: "risk")
    let list = try await run(stage, ["proposals", "list"], as: "auditor")
    #expect(list.contains("active") || list.contains("approved"))
    let worker = "cli-\(number)"
    let token = try await run(
      stage,
      [
        "leases", "get", number, "--worker", worker, "--host", "www.example.com",
        "--token-only",
      ], as: "demo"
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try await stage.introspect(token).json(200)["active"] == true)
  }

  @Test("what happened in 2018 cannot be submitted, and the answer names the rules")
  func residencePermits() async throws {
    let stage = try await Stage.shared()
    let example = Binary.example("residence-permit-2018.yaml")
    let refused = try await stage.dev.commandLine(["proposals", "submit", example], as: "pm")
    #expect(refused.code == 1)
    #expect(refused.errors.contains("tier_prohibited") || refused.errors.contains("prohibited"))
    let proper = Binary.example("residence-permit-done-properly.yaml")
    let submitted = try await run(
      stage, ["proposals", "submit", proper, "--json"], as: "pm")
    let proposal = try JSONParser.parse(Array(submitted.utf8))
    #expect(proposal["status"] == "in_review")
    #expect(proposal["seats"].elements.count == 6)
  }

  @Test("a wrong token, an unknown command and a server that is away have exit codes of their own")
  func exitCodes() async throws {
    let stage = try await Stage.shared()
    let usage = try await stage.dev.commandLine(["proposals", "shov"])
    #expect(usage.code == 2)
    let refused = try await stage.dev.commandLine(["proposals", "show", "999999"], as: "pm")
    #expect(refused.code == 1)
    let unreachable = try await stage.dev.commandLine(
      ["proposals", "list", "--server", "http://127.0.0.1:1"], as: "pm")
    #expect(unreachable.code == 3)
    let version = try await run(stage, ["version"], as: nil)
    #expect(version.hasPrefix("countersign "))
  }

  private func run(_ stage: Stage, _ words: [String], as name: String?) async throws -> String {
    let end = try await stage.dev.commandLine(words, as: name)
    #expect(end.code == 0, "\(words.joined(separator: " ")): \(end.errors)")
    return end.output
  }
}

extension Workplace {
  /// Runs a script without an environment of ours.
  func start(_ shell: [String], script: String) throws -> Program {
    let path = "\(self.path)/script-\(UInt32.random(in: .min ... .max))"
    try Data(script.utf8).write(to: URL(filePath: path))
    let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.path]
    return try start(shell + [path], environment: environment)
  }
}
