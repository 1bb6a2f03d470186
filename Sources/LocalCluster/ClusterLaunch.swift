import Glibc

/// The steps from a plan to a server that accepts connections.
struct ClusterLaunch: Sendable {
  let plan: ClusterPlan
  let home: ClusterHome
  let account: ClusterAccount
  let programs: ServerPrograms
  let socketFolder: String
  let log: @Sendable (String) -> Void

  static let adoptSecondsMax = 60
  /// Recovery after a crash reads the journal back, which takes its time.
  static let readySecondsMax = 300
  /// A log longer than this is set aside at the next start.
  static let logBytesMax = 8 << 20
  static let port = 5432

  init(
    plan: ClusterPlan, home: ClusterHome, account: ClusterAccount,
    log: @escaping @Sendable (String) -> Void
  ) throws(ClusterFailure) {
    self.plan = plan
    self.home = home
    self.account = account
    self.log = log
    let version = try TextFile.readIfPresent(home.dataDirectory + "/PG_VERSION")
    programs = try ServerPrograms.select(
      from: ServerPrograms.installed(),
      existing: version?.split(separator: "\n").first.map(String.init),
      folder: home.dataDirectory)
    // Socket paths stop at 107 bytes, so the folder cannot lie below any data folder.
    let parent = account.isSteppingDown ? "/run" : "/tmp"
    socketFolder = "\(parent)/countersign-\(account.userID)-\(shortHash(home.path))"
  }

  /// The server that an earlier process left behind, if it still answers.
  func adopted() throws(ClusterFailure) -> Postmaster? {
    let directory = home.dataDirectory
    guard let found = try Postmaster.running(on: directory) else { return nil }
    var answering: Postmaster?
    try Deadline.wait(seconds: Self.adoptSecondsMax, action: "settle", log: home.log) {
      guard let now = try Postmaster.running(on: directory) else { return true }
      if now.isReady { answering = now }
      return now.isReady
    }
    if let server = answering, server.isReachable {
      log(
        "using the database server left running by an earlier start (process \(server.processID))")
      return server
    }
    // Its socket is gone, so nobody can ever reach it again.
    kill(found.processID, SIGINT)
    try Deadline.wait(seconds: Self.adoptSecondsMax, action: "stop", log: home.log) {
      !Postmaster.isServer(found.processID, of: directory)
    }
    return nil
  }

  /// Starts the server on its data, making them first where there are none.
  func started() throws(ClusterFailure) -> Postmaster {
    if try !hasData() { try ClusterBirth(launch: self).makeData() }
    try removeStaleProcessFile()
    try makeSocketFolder()
    try setLongLogAside()
    let logStart = FileStatus(home.log)?.byteCount ?? 0
    let line = account.commandLine(
      [programs.postgres, "-D", home.dataDirectory] + plan.arguments(socketFolder: socketFolder),
      endingWithParent: false)
    log("starting PostgreSQL \(programs.majorVersion) on \(home.dataDirectory)")
    let child = try ChildProcess.spawn(
      line, streams: .init(output: home.log), inNewSession: true)
    do {
      return try ready(child, logStart: logStart)
    } catch {
      // Nobody would stop it later; without a server the folder is of no use.
      var status: Int32 = 0
      if waitpid(child, &status, WNOHANG) == 0 { kill(child, SIGQUIT) }
      rmdir(socketFolder)
      throw error
    }
  }

  /// Waits until the server that was just spawned accepts connections.
  private func ready(_ child: pid_t, logStart: Int) throws(ClusterFailure) -> Postmaster {
    var ready: Postmaster?
    try Deadline.wait(seconds: Self.readySecondsMax, action: "get ready", log: home.log) {
      var status: Int32 = 0
      if waitpid(child, &status, WNOHANG) == child {
        let detail = try complaint(from: logStart) ?? "\(ExitStatus(status))"
        throw ClusterFailure.programFailed(name: "postgres", detail: detail, log: home.log)
      }
      let text = try TextFile.readIfPresent(home.dataDirectory + "/postmaster.pid")
      ready = text.flatMap { Postmaster(pidFile: $0) }
      return ready?.processID == child && ready?.isReady == true
    }
    guard let server = ready else {
      preconditionFailure("the wait ends only with a server that is ready")
    }
    return server
  }

  /// Whether complete data lie there. An empty folder counts as none; anything else that we
  /// have not made is left alone.
  private func hasData() throws(ClusterFailure) -> Bool {
    let directory = home.dataDirectory
    guard FileStatus(directory) != nil else { return false }
    if FileStatus(directory + "/" + ClusterBirth.mark) != nil { return true }
    guard FileStatus(directory)?.isFolder == true, folderEntries(directory).isEmpty,
      rmdir(directory) == 0
    else { throw .notACluster(path: directory) }
    return false
  }

  /// PostgreSQL refuses to start while the process id in its file belongs to any process of the
  /// same user, which after a restart of the machine may be an innocent one.
  private func removeStaleProcessFile() throws(ClusterFailure) {
    for path in [
      home.dataDirectory + "/postmaster.pid", "\(socketFolder)/.s.PGSQL.\(Self.port).lock",
    ] {
      guard let text = try TextFile.readIfPresent(path) else { continue }
      let holder = text.split(separator: "\n").first.flatMap { pid_t($0) } ?? 0
      if Postmaster.isServer(holder, of: home.dataDirectory) {
        // It lost its data folder: whoever removed that wanted it gone.
        kill(holder, SIGQUIT)
        try Deadline.wait(seconds: Self.adoptSecondsMax, action: "stop", log: home.log) {
          !Postmaster.isServer(holder, of: home.dataDirectory)
        }
      }
      guard unlink(path) == 0 || errno == ENOENT else {
        throw .unusable(path: path, action: "remove", errno: errno)
      }
    }
  }

  /// A folder in /tmp or /run that others could have made before us is refused.
  private func makeSocketFolder() throws(ClusterFailure) {
    if mkdir(socketFolder, 0o700) != 0, errno != EEXIST {
      throw .unusable(path: socketFolder, action: "make the folder", errno: errno)
    }
    guard let status = FileStatus(socketFolder), status.isFolder,
      status.userID == account.userID || status.userID == geteuid()
    else { throw .unusable(path: socketFolder, action: "use the folder", errno: EPERM) }
    try hand(socketFolder, to: account)
    guard chmod(socketFolder, 0o700) == 0 else {
      throw .unusable(path: socketFolder, action: "set the permissions of", errno: errno)
    }
  }

  private func setLongLogAside() throws(ClusterFailure) {
    guard let status = FileStatus(home.log), status.byteCount > Self.logBytesMax else { return }
    guard rename(home.log, home.log + ".old") == 0 else {
      throw .unusable(path: home.log, action: "rename", errno: errno)
    }
  }

  /// The line since `offset` in which the server or `initdb` says what stopped it.
  func complaint(from offset: Int) throws(ClusterFailure) -> String? {
    Self.complaint(in: try TextFile.read(home.log, from: offset))
  }

  /// The first complaint of a log, without its time stamp: those after it are consequences.
  static func complaint(in text: String) -> String? {
    for line in text.split(separator: "\n") {
      // Connections that come too early are told so, which is no reason for anything.
      if line.contains("the database system is ") { continue }
      for mark in ["FATAL:", "PANIC:", "ERROR:", "error:", "setpriv:", "env:"] {
        guard let start = line.firstRange(of: mark) else { continue }
        return String(line[start.upperBound...].drop { $0 == " " })
      }
    }
    return nil
  }
}

/// Gives a path to the server's user, when that is not ourselves.
func hand(_ path: String, to account: ClusterAccount) throws(ClusterFailure) {
  guard account.isSteppingDown else { return }
  guard chown(path, account.userID, account.groupID) == 0 else {
    throw .unusable(path: path, action: "give away", errno: errno)
  }
}
