import ArgumentParser
import Foundation
import Logging
import Reactor

/// `countersign serve`: the service on the database of `DATABASE_URL`.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the API on the database of DATABASE_URL (see docs/operations.md).",
    discussion: "All settings are variables of the environment: countersign configuration.")

  @Flag(help: "Only check settings, files, keys and database; start nothing, change nothing.")
  var check = false

  func run() async throws {
    try await ExitStatus.reporting {
      let configuration = try ServiceConfiguration.read(for: .serve)
      guard let url = configuration.databaseURL else {
        throw StartFailure(
          "DATABASE_URL is not set; `countersign dev` starts a private database")
      }
      if check {
        let lines = try await StartCheck(configuration: configuration, databaseURL: url).run()
        return print(lines.joined(separator: "\n"))
      }
      let running = try await RunningService.start(
        configuration, databaseURL: url, assets: try Assets.locate(home: configuration.home),
        logger: .standard(level: configuration.logLevel))
      await running.runUntilSignalled {
        Announcement.print("countersign serves http://\(running.address)")
        SupervisorNotice.ready.send()
      }
    }
  }
}

extension Logger {
  /// One line a record on standard error.
  static func standard(level: Logger.Level) -> Logger {
    var logger = Logger(
      label: "countersign", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = level
    return logger
  }
}

/// What the process says and returns when it cannot go on: one line, exit code 1.
enum ExitStatus {
  static func reporting(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let exit as ExitCode {
      throw exit
    } catch {
      FileHandle.standardError.write(Data("countersign: \(error)\n".utf8))
      throw ExitCode(1)
    }
  }
}
