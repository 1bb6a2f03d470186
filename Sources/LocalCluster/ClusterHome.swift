import Glibc

/// The folder that holds the database, its log and the unfinished parts of a start.
///
/// It is the data folder itself, unless the server runs as another user who cannot get there.
struct ClusterHome: Hashable, Sendable {
  let path: String

  var dataDirectory: String { path + "/postgres" }
  var log: String { path + "/postgres.log" }
  /// Where `initdb` works; renamed to `dataDirectory` once everything in it is complete.
  var unfinished: String { path + "/postgres.unfinished" }

  /// The file in the data folder that says where the database went.
  static func record(in dataFolder: String) -> String { dataFolder + "/postgres.location" }

  /// Decides where the database lies, and makes that folder. The choice is recorded, so that
  /// a folder whose permissions change later does not get a second, empty database.
  static func locate(
    dataFolder: String, account: ClusterAccount, elsewhere: String, log: (String) -> Void
  ) throws(ClusterFailure) -> ClusterHome {
    let record = record(in: dataFolder)
    if let line = try TextFile.readIfPresent(record)?.split(separator: "\n").first {
      let home = ClusterHome(path: String(line))
      guard FileStatus(home.path)?.isFolder == true else {
        throw .recordedDataGone(home: home.path, record: record)
      }
      return home
    }
    guard account.isSteppingDown else { return ClusterHome(path: dataFolder) }
    if try canReach(dataFolder, as: account) { return ClusterHome(path: dataFolder) }
    let home = ClusterHome(path: "\(elsewhere)/countersign-\(shortHash(dataFolder))")
    try makeFolder(home.path, permissions: 0o711)
    try home.setAside(log: log)
    try TextFile.replace(record, with: home.path + "\n")
    log(
      "\(dataFolder) is out of reach of the user \(account.name); the database is in \(home.path)")
    return home
  }

  /// Whether a user may pass through a folder, asked as that user.
  private static func canReach(
    _ folder: String, as account: ClusterAccount
  ) throws(ClusterFailure) -> Bool {
    let question = account.commandLine(["/usr/bin/test", "-x", folder], endingWithParent: true)
    return try ChildProcess.run(question, streams: .init()).succeeded
  }

  /// Keeps one older database whose data folder was removed by hand, out of the way.
  private func setAside(log: (String) -> Void) throws(ClusterFailure) {
    guard FileStatus(dataDirectory) != nil else { return }
    if let orphan = try Postmaster.running(on: dataDirectory) {
      kill(orphan.processID, SIGQUIT)
      try Deadline.wait(seconds: 10, action: "stop", log: self.log) {
        !Postmaster.isServer(orphan.processID, of: dataDirectory)
      }
    }
    let old = dataDirectory + ".old"
    try removeTree(old)
    guard rename(dataDirectory, old) == 0 else {
      throw .unusable(path: dataDirectory, action: "move away", errno: errno)
    }
    log("an earlier database of this folder was moved to \(old)")
  }
}

/// Makes one folder; one that exists already is left as it is.
func makeFolder(_ path: String, permissions: mode_t) throws(ClusterFailure) {
  guard mkdir(path, permissions) != 0 else {
    // The umask may have taken away what others need to pass through.
    guard chmod(path, permissions) == 0 else {
      throw .unusable(path: path, action: "set the permissions of", errno: errno)
    }
    return
  }
  let code = errno
  guard code == EEXIST, isFolder(path) else {
    let reason = code == EEXIST ? ENOTDIR : code
    throw .unusable(path: path, action: "make the folder", errno: reason)
  }
}

/// Makes a folder and every folder above it that is missing.
func makeFolders(_ path: String, permissions: mode_t) throws(ClusterFailure) {
  var made = ""
  for part in path.split(separator: "/") {
    made += "/" + part
    if isFolder(made) { continue }
    try makeFolder(made, permissions: made == path ? permissions : 0o755)
  }
}

/// Removes a folder and all in it; nothing to remove is no error. Links are not followed.
func removeTree(_ path: String) throws(ClusterFailure) {
  guard let status = FileStatus(path) else { return }
  if status.isFolder {
    for name in folderEntries(path) { try removeTree(path + "/" + name) }
  }
  let code = status.isFolder ? rmdir(path) : unlink(path)
  guard code == 0 || errno == ENOENT else {
    throw .unusable(path: path, action: "remove", errno: errno)
  }
}

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Twelve hexadecimal digits that tell paths apart (FNV-1a, 64 bit); not a secret.
func shortHash(_ text: String) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  let digits = String(hash, radix: 16)
  return String((String(repeating: "0", count: 16 - digits.count) + digits).suffix(12))
}
