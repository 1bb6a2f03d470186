import ArgumentParser

/// `countersign keys`: the keys that sign tokens.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "The keys that sign tokens.",
    subcommands: [ListKeysCommand.self, RotateKeyCommand.self, RetireKeyCommand.self])
}
