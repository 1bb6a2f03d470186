import ArgumentParser

/// The one executable.
struct Countersign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "countersign",
    abstract: "No crawler leaves without two signatures.",
    subcommands: [
      ServeCommand.self, DevCommand.self, MigrateCommand.self, ConfigurationCommand.self,
    ]
      + ClientCommands.all + [SimulateCommand.self, VersionCommand.self])

  static func main() async { await CommandLineRun.main(Countersign.self) }
}

/// `countersign version`.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.")

  static let version = "0.1.0"

  func run() {
    print("countersign \(VersionCommand.version)")
  }
}
