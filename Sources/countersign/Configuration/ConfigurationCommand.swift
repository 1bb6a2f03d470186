import ArgumentParser
import Configuration
import Foundation

/// `countersign configuration`: what this process would start with.
struct ConfigurationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "configuration",
    abstract: "Show every setting and the value in effect; secrets are not shown.",
    discussion: "The exit code is 1 when a value is bad. What each means: docs/operations.md.")

  @Flag(help: "The defaults of `countersign dev` instead of those of `countersign serve`.")
  var dev = false

  @Option(help: "Write the table of all settings into this document, between its two marks.")
  var into: String?

  func run() throws {
    if let into { return try write(into) }
    var settings = SettingsReader(ConfigReader(provider: EnvironmentVariablesProvider()))
    _ = ServiceConfiguration(&settings, for: dev ? .dev : .serve)
    let terminal = Terminal.standardOutput(environment: ProcessInfo.processInfo.environment)
    terminal.write(SettingsTable(entries: settings.entries).inEffect.lines(for: terminal))
    guard settings.faults.isEmpty else {
      Terminal.complain(settings.faults.map { "countersign: \($0)" })
      throw ExitCode(1)
    }
  }

  private func write(_ path: String) throws {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw ValidationError("\(path) cannot be read.")
    }
    let document = String(decoding: bytes, as: UTF8.self)
    guard let written = SettingsTable.documented.replaced(in: document) else {
      throw ValidationError("\(path) has no place for the table.")
    }
    try Data(written.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
