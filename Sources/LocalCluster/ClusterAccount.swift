import Glibc

/// The operating-system user that the server runs as.
struct ClusterAccount: Hashable, Sendable {
  let name: String
  let userID: uid_t
  let groupID: gid_t
  /// Whether this process is root and has to step down to that user.
  let isSteppingDown: Bool

  /// The user of Debian's server package.
  static let packaged = "postgres"

  /// Who runs the server: ourselves, or, as root, the owner of the data already there, else
  /// the package's user.
  static func choose(ownerOf dataDirectory: String) throws(ClusterFailure) -> ClusterAccount {
    guard geteuid() == 0 else {
      let name = entry { getpwuid(geteuid()) }?.name ?? "\(geteuid())"
      return ClusterAccount(
        name: name, userID: geteuid(), groupID: getegid(), isSteppingDown: false)
    }
    if let owner = FileStatus(dataDirectory)?.userID, owner != 0,
      let account = entry({ getpwuid(owner) })
    {
      return account
    }
    guard let account = entry({ getpwnam(packaged) }), account.userID != 0 else {
      throw .accountMissing(name: packaged)
    }
    return account
  }

  /// The command line that runs a command as this user, in `/`, from a spawned process. Each
  /// program replaces itself by the next, so the process id stays the one that was spawned.
  func commandLine(_ arguments: [String], endingWithParent: Bool) -> [String] {
    var line = ["/usr/bin/env", "--chdir=/"]
    var options: [String] = []
    if isSteppingDown {
      options += ["--reuid=\(userID)", "--regid=\(groupID)", "--init-groups"]
    }
    if endingWithParent { options += ["--pdeathsig", "TERM"] }
    if !options.isEmpty { line += ["/usr/bin/setpriv"] + options + ["--"] }
    return line + arguments
  }

  private static func entry(
    _ lookUp: () -> UnsafeMutablePointer<passwd>?
  ) -> ClusterAccount? {
    guard let found = lookUp()?.pointee else { return nil }
    return ClusterAccount(
      name: String(cString: found.pw_name), userID: found.pw_uid, groupID: found.pw_gid,
      isSteppingDown: true)
  }
}

/// What `lstat` says of a path that exists.
struct FileStatus {
  let userID: uid_t
  let permissions: mode_t
  let isFolder: Bool
  let byteCount: Int

  init?(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    userID = status.st_uid
    permissions = status.st_mode & 0o7777
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    byteCount = Int(status.st_size)
  }
}
