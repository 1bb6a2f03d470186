import Glibc

/// Why a private cluster could not be started or stopped; each case reads as one line for a person.
package enum ClusterFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// No PostgreSQL server programs on this machine.
  case serverMissing(searched: [String])
  /// The data were made by another major version than those installed.
  case versionMismatch(folder: String, made: String, installed: [String])
  /// Started as root, and there is no unprivileged user to run the server as.
  case accountMissing(name: String)
  /// A file or folder could not be made, read or written.
  case unusable(path: String, action: String, errno: Int32)
  /// Another process uses the same data folder.
  case inUse(folder: String, processID: Int32?)
  /// Something that is not ours lies where the data should be.
  case notACluster(path: String)
  /// The data that an earlier start recorded are no longer there.
  case recordedDataGone(home: String, record: String)
  /// A program of PostgreSQL ended with an error; the detail is its own last word.
  case programFailed(name: String, detail: String, log: String)
  /// The server was not ready, or did not end, in time.
  case deadlinePassed(action: String, seconds: Int, log: String)

  package var description: String {
    switch self {
    case .serverMissing(let searched):
      "PostgreSQL's server programs (initdb, postgres) were not found in "
        + searched.joined(separator: ", ")
        + "; install the package postgresql, or set DATABASE_URL to use another server"
    case .versionMismatch(let folder, let made, let installed):
      "\(folder) was made by PostgreSQL \(made), and installed is "
        + installed.joined(separator: ", ") + "; install postgresql-\(made)"
    case .accountMissing(let name):
      "PostgreSQL does not run as root, and there is no user \(name); "
        + "start as another user, or make that one"
    case .unusable(let path, let action, let errno):
      "cannot \(action) \(path): \(String(cString: strerror(errno)))"
    case .inUse(let folder, let processID):
      "\(folder) is in use by another countersign"
        + (processID.map { " (process \($0))" } ?? "")
        + "; stop it, or set COUNTERSIGN_DATA to another folder"
    case .notACluster(let path):
      "\(path) is not a database made by countersign; move it away"
    case .recordedDataGone(let home, let record):
      "the database was kept in \(home), which is gone; "
        + "to start with an empty one, remove \(record)"
    case .programFailed(let name, let detail, let log):
      "\(name) failed: \(detail) (log: \(log))"
    case .deadlinePassed(let action, let seconds, let log):
      "PostgreSQL did not \(action) within \(seconds) seconds (log: \(log))"
    }
  }
}
