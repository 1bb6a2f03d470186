import Foundation
import Glibc
import Testing

/// The database server of an instance, or one on a copy of its data, to be stopped, killed and
/// started by hand.
struct DatabaseServer: Sendable {
  let workplace: Workplace
  let dataFolder: String
  let commandLine: [String]
  let userID: uid_t
  let groupID: gid_t

  init(of workplace: Workplace) throws {
    let dataFolder = workplace.data + "/postgres"
    let processID = try #require(workplace.postmaster())
    let bytes = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") ?? .init()
    var status = stat()
    try #require(stat(dataFolder, &status) == 0)
    self.init(
      workplace: workplace, dataFolder: dataFolder,
      commandLine: String(decoding: bytes, as: UTF8.self).split(separator: "\0").map(String.init),
      userID: status.st_uid, groupID: status.st_gid)
  }

  init(
    workplace: Workplace, dataFolder: String, commandLine: [String], userID: uid_t, groupID: gid_t
  ) {
    self.workplace = workplace
    self.dataFolder = dataFolder
    self.commandLine = commandLine
    self.userID = userID
    self.groupID = groupID
  }

  /// Nil while none runs.
  var processID: pid_t? {
    Workplace.processes { $0.contains("postgres -D \(dataFolder) ") }.first
  }

  /// SIGINT stops it fast, SIGQUIT at once, SIGKILL without its doing anything; returns when the
  /// process is gone.
  func stop(by signal: Int32) async throws {
    let processID = try #require(processID)
    kill(processID, signal)
    try await offPool {
      // A child of the instance that has ended and is not waited for is gone enough.
      let state = "/proc/\(processID)/stat"
      let deadline = Date(timeIntervalSinceNow: 60)
      while Date() < deadline {
        let bytes = FileManager.default.contents(atPath: state) ?? .init()
        let text = String(decoding: bytes, as: UTF8.self)
        if text.isEmpty || text.contains(") Z ") { return }
        sched_yield()
      }
      throw Program.Failure(description: "the database server does not stop")
    }
  }

  /// The processes that work for a client, as the kernel knows them.
  func sessions() throws -> [pid_t] {
    let postmaster = try #require(processID)
    let list = FileManager.default.contents(
      atPath: "/proc/\(postmaster)/task/\(postmaster)/children")
    return String(decoding: list ?? .init(), as: UTF8.self)
      .split(separator: " ").compactMap { pid_t($0) }
      .filter { child in
        let bytes = FileManager.default.contents(atPath: "/proc/\(child)/cmdline") ?? .init()
        return String(decoding: bytes, as: UTF8.self).contains(" [local]")
      }
  }

  /// Starts it on its data; returns when it accepts connections, if only to read. What a killed
  /// server leaves behind may keep the next one from starting for a moment.
  func start() async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      let program = try run(commandLine)
      let isReady = try await offPool { [dataFolder] in
        while Date() < deadline, !program.hasEnded {
          let bytes = FileManager.default.contents(atPath: dataFolder + "/postmaster.pid")
          let lines = String(decoding: bytes ?? .init(), as: UTF8.self).split(separator: "\n")
          let isReady = lines.last?.hasPrefix("ready") ?? false
          if isReady, lines.first == "\(program.processID)" { return true }
          sched_yield()
        }
        return false
      }
      if isReady { return }
    }
    throw Program.Failure(description: "the database server does not start")
  }

  /// Starts one of PostgreSQL's programs as the user that the data belong to.
  func run(_ words: [String]) throws -> Program {
    var line = words
    if geteuid() == 0 {
      line =
        [
          "/usr/bin/env", "--chdir=/", "/usr/bin/setpriv", "--reuid=\(userID)",
          "--regid=\(groupID)", "--init-groups", "--",
        ] + line
    }
    return try workplace.start(
      line, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"])
  }
}
