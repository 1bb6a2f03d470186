import ArgumentParser
@preconcurrency import Glibc

/// Runs the command that the arguments name and ends the process with its exit code:
/// 0 done, 1 refused or failed, 2 usage, 3 unreachable.
enum CommandLineRun {
  static let usage: Int32 = 2

  static func main<Root: ParsableCommand>(_ root: Root.Type) async {
    // Also where the output is a pipe, a line that is printed is to be seen.
    setvbuf(stdout, nil, Int32(_IOLBF), 0)
    do {
      var command = try root.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      let code = root.exitCode(for: error)
      guard code == .validationFailure else { root.exit(withError: error) }
      Terminal.complain([root.fullMessage(for: error)])
      Glibc.exit(usage)
    }
  }
}
