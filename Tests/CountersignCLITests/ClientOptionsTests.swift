import ArgumentParser
import Foundation
import Testing

@testable import countersign

@Suite("where to call and as whom")
struct ClientOptionsTests {
  private func account(
    _ arguments: [String], _ variables: [String: String] = [:]
  ) throws -> Account {
    try ClientOptions.parse(arguments).account(in: ClientEnvironment(variables))
  }

  @Test("without anything it is this machine, as nobody")
  func defaults() throws {
    let account = try account([])
    #expect(account.server.text == "http://127.0.0.1:8080")
    #expect(account.token == nil)
  }

  @Test("an option wins over the environment, a slash at the end is nothing")
  func precedence() throws {
    let variables = [
      "COUNTERSIGN_SERVER": "http://a:1", "COUNTERSIGN_TOKEN": "csp_x",
    ]
    #expect(try account([], variables).server.text == "http://a:1")
    let other = try account(["--server", "https://b/"], variables)
    #expect(other.server.text == "https://b")
    #expect(other.token == "csp_x")
  }

  @Test(
    "what is no base URL is a mistake in use",
    arguments: ["ftp://a", "a:80", "http://", "http://a?x=1", "http://u:p@a", "http://a/#b"])
  func badServer(text: String) {
    #expect(throws: ValidationError.self) { try account(["--server", text]) }
  }

  @Test("--as takes address and secret of people and pools from the file of dev")
  func demo() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("countersign-cli-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }
    var credentials = DemoCredentials()
    credentials.baseURL = "http://127.0.0.1:9"
    credentials.people = [("pm", .init(id: "pers_1", email: "pm@demo.example", token: "csp_1"))]
    credentials.pools = [.init(id: "pool_1", name: "demo", key: "csw_1")]
    try credentials.write(to: folder + "/credentials.json")
    let variables = ["COUNTERSIGN_DATA": folder, "COUNTERSIGN_TOKEN": "csp_other"]
    let pm = try account(["--as", "pm"], variables)
    #expect(pm.server.text == "http://127.0.0.1:9")
    #expect(pm.token == "csp_1")
    #expect(try account(["--as", "demo"], variables).token == "csw_1")
    #expect(throws: ValidationError.self) { try account(["--as", "eve"], variables) }
  }

  @Test("--as without the file is a mistake in use, so is --credentials without --as")
  func missing() {
    #expect(throws: ValidationError.self) {
      try account(["--as", "pm", "--credentials", "/nonexistent/credentials.json"])
    }
    #expect(throws: ValidationError.self) { try account(["--credentials", "x"]) }
  }
}
