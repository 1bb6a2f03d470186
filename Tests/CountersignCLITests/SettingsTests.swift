import Configuration
import Domain
import Foundation
import Logging
import Testing

@testable import countersign

@Suite("settings")
struct SettingsTests {
  private func read(
    _ variables: [String: String], for purpose: ServiceConfiguration.Purpose = .serve
  ) -> (configuration: ServiceConfiguration, settings: SettingsReader) {
    var settings = SettingsReader(
      ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)))
    let configuration = ServiceConfiguration(&settings, for: purpose)
    return (configuration, settings)
  }

  @Test("docs/operations.md has the table of the settings that are read")
  func documentation() throws {
    let path = Checkout.path + "/docs/operations.md"
    let document = try String(contentsOfFile: path, encoding: .utf8)
    let written = try #require(SettingsTable.documented.replaced(in: document))
    #expect(
      written == document,
      "rewrite it: .build/debug/countersign configuration --into docs/operations.md")
  }

  @Test("the table stands between its two marks, and nothing else is touched")
  func marks() throws {
    let marks = [
      "<!-- settings: written by `countersign configuration --into` -->",
      "<!-- end of settings -->",
    ]
    let document = "before\n\(marks[0])\nold\n\(marks[1])\nafter\n"
    let written = try #require(SettingsTable.documented.replaced(in: document))
    #expect(written.hasPrefix("before\n\(marks[0])\n| name |"))
    #expect(written.hasSuffix(" |\n\(marks[1])\nafter\n"))
    #expect(SettingsTable.documented.replaced(in: written) == written)
    #expect(SettingsTable.documented.replaced(in: "before\n\(marks[0])\nold\n") == nil)
  }

  @Test("every setting is named once and means something; two are secret")
  func entries() {
    let entries = SettingsTable.documented.entries
    #expect(Set(entries.map(\.name)).count == entries.count)
    #expect(entries.allSatisfy { !$0.meaning.isEmpty && !$0.type.isEmpty && !$0.fallback.isEmpty })
    #expect(
      entries.filter { $0.type.hasSuffix("; secret") }.map(\.name) == [
        "DATABASE_URL", "COUNTERSIGN_SEALING_KEY",
      ])
    #expect(SettingsTable.documented.markdown.allSatisfy { $0.split(separator: "|").count == 6 })
  }

  @Test("what the environment says is taken, and what it leaves empty is not said")
  func values() {
    let given = read([
      "COUNTERSIGN_LISTEN": "[::1]:81", "COUNTERSIGN_LOOPS": "64",
      "COUNTERSIGN_CONNECTIONS": "1", "COUNTERSIGN_LOG_LEVEL": "warning",
      "COUNTERSIGN_ACCESS_LOG": "off", "COUNTERSIGN_TOKENS_DECIDE": "true",
      "COUNTERSIGN_DATA": "d", "COUNTERSIGN_HOME": "h", "DATABASE_URL": "postgresql://a",
    ])
    #expect(given.settings.faults.isEmpty)
    #expect("\(given.configuration.listen)" == "[::1]:81")
    #expect(given.configuration.identity.issuer == "http://[::1]:81")
    #expect(given.configuration.identity.logName == "[::1]:81/log")
    let named = read(["COUNTERSIGN_ISSUER": "https://a.example/"]).configuration.identity
    #expect(named == ServiceIdentity(issuer: "https://a.example/", logName: "a.example/log"))
    #expect(given.configuration.capacity.loops == 64)
    #expect(given.configuration.capacity.connectionsPerLoop == 1)
    #expect(given.configuration.logLevel == .warning)
    #expect(!given.configuration.accessLog)
    #expect(given.configuration.tokensDecide)
    #expect(given.configuration.keys.folder == "d/keys")
    #expect(given.configuration.home == "h")
    #expect(given.configuration.databaseURL == "postgresql://a")

    let empty = read(Dictionary(uniqueKeysWithValues: given.settings.entries.map { ($0.name, "") }))
    #expect(empty.settings.faults.isEmpty)
    #expect(empty.settings.entries.allSatisfy { !$0.isGiven })
    #expect(empty.configuration.databaseURL == nil)
    #expect(empty.configuration.accessLog)
    #expect(!empty.configuration.tokensDecide)
    #expect(read([:], for: .dev).configuration.tokensDecide)
  }

  static let bad = [
    ("COUNTERSIGN_LISTEN", "localhost:80"), ("COUNTERSIGN_LISTEN", "127.0.0.1"),
    ("COUNTERSIGN_LISTEN", "127.0.0.1:65536"),
    ("COUNTERSIGN_LOOPS", "0"), ("COUNTERSIGN_LOOPS", "65"), ("COUNTERSIGN_LOOPS", "+1"),
    ("COUNTERSIGN_LOOPS", "1.0"), ("COUNTERSIGN_CONNECTIONS", "0"),
    ("COUNTERSIGN_CONNECTIONS", "65"), ("COUNTERSIGN_CONNECTIONS", "99999999999999999999"),
    ("COUNTERSIGN_LOG_LEVEL", "Info"), ("COUNTERSIGN_ACCESS_LOG", "true"),
    ("COUNTERSIGN_TOKENS_DECIDE", "on"), ("COUNTERSIGN_DOSSIER", "yes"),
    ("COUNTERSIGN_FETCH_HOSTS", "10.0.0.0/8"),
  ]

  @Test("a bad value is named with what it should be", arguments: bad)
  func faults(name: String, value: String) throws {
    let faults = read([name: value]).settings.faults
    #expect(faults.count == 1)
    let fault = try #require(faults.first)
    #expect(fault.hasPrefix("\(name) must be "))
    #expect(fault.hasSuffix("not \"\(value)\""))
  }

  @Test("every bad value is reported at once")
  func allFaults() {
    let variables = Dictionary(Self.bad, uniquingKeysWith: { first, _ in first })
    #expect(read(variables).settings.faults.count == variables.count)
  }

  @Test("a secret is shown nowhere")
  func secrets() {
    let settings = read(["DATABASE_URL": "postgresql://a:hush@b/c"]).settings
    let shown = SettingsTable(entries: settings.entries).inEffect.lines(for: .plain)
    #expect(!shown.joined().contains("hush"))
    #expect(settings.entries.first { $0.name == "DATABASE_URL" }?.inEffect == "redacted")
  }

  @Test("the database's address may stand in a file, but not in both")
  func secretFile() throws {
    let path = FileManager.default.temporaryDirectory.path + "/url-\(UUID().uuidString)"
    try Data("postgresql://a:hush@b/c\n\n".utf8).write(to: URL(filePath: path))
    defer {
      do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
    let fromFile = read(["DATABASE_URL_FILE": path])
    #expect(fromFile.configuration.databaseURL == "postgresql://a:hush@b/c")
    #expect(fromFile.settings.faults.isEmpty)

    let both = read(["DATABASE_URL_FILE": path, "DATABASE_URL": "postgresql://a"])
    #expect(
      both.settings.faults == ["DATABASE_URL and DATABASE_URL_FILE are both set; one is enough"])
    #expect(read(["DATABASE_URL_FILE": path + "x"]).settings.faults.count == 1)
    try Data("\n".utf8).write(to: URL(filePath: path))
    #expect(read(["DATABASE_URL_FILE": path]).settings.faults.count == 1)
  }
}
