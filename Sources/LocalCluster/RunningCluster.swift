import Glibc
import Synchronization

/// A private cluster that accepts connections, held until `stop`.
package final class RunningCluster: Sendable {
  /// Where the product connects, as the owner of its database.
  package let databaseURL: String
  /// Where a superuser connects: for databases of tests and for repairs.
  package let superuserURL: String
  /// The server's process.
  package let processID: Int32
  /// The server's own log.
  package let log: String

  private let launch: ClusterLaunch
  private let socketFolder: String
  private let lock: Mutex<FolderLock?>

  /// A fast shutdown finishes what has been committed; connections are cut.
  private static let fastSecondsMax = 20
  private static let immediateSecondsMax = 10

  init(server: Postmaster, launch: ClusterLaunch, lock: consuming FolderLock) {
    let plan = launch.plan
    let place = "host=\(Self.escaped(server.socketFolder))&port=\(server.port)"
    let name = Self.escaped(plan.database)
    databaseURL = "postgresql://\(name)@/\(name)?\(place)"
    superuserURL = "postgresql://postgres@/postgres?\(place)"
    processID = server.processID
    log = launch.home.log
    socketFolder = server.socketFolder
    self.launch = launch
    self.lock = Mutex(consume lock)
  }

  /// Stops the server and waits for its end: first politely, after a deadline at once (which
  /// costs a recovery at the next start and loses nothing). A second call does nothing.
  package func stop() {
    lock.withLock { held in
      guard held != nil else { return }
      do {
        try end()
      } catch {
        launch.log("\(error); process \(processID) is left behind")
      }
      held = nil
    }
  }

  private func end() throws(ClusterFailure) {
    kill(processID, SIGINT)
    do {
      try waitForEnd(seconds: Self.fastSecondsMax)
    } catch {
      launch.log("the database server does not stop; stopping it at once")
      kill(processID, SIGQUIT)
      try waitForEnd(seconds: Self.immediateSecondsMax)
    }
    // Left behind with something of another's in it, the folder does no harm.
    rmdir(socketFolder)
  }

  private func waitForEnd(seconds: Int) throws(ClusterFailure) {
    let directory = launch.home.dataDirectory
    try Deadline.wait(seconds: seconds, action: "stop", log: log) {
      // Our own child stays in the process table until it is waited for; an adopted one has init.
      var status: Int32 = 0
      if waitpid(processID, &status, WNOHANG) == processID { return true }
      return !Postmaster.isServer(processID, of: directory)
    }
  }

  /// A path as it may stand in the query of a URL.
  static func escaped(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      let character = Character(Unicode.Scalar(byte))
      if character.isASCII, character.isLetter || character.isNumber || "-._~/".contains(character)
      {
        result.append(character)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" + digits : digits)
      }
    }
    return result
  }
}
