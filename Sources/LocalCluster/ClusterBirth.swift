import Glibc

/// Makes the data of a new cluster aside and renames them into place, so that a start that was
/// interrupted leaves nothing that looks like a database.
struct ClusterBirth {
  let launch: ClusterLaunch

  /// The file in the data directory that says that it is complete and ours.
  static let mark = "countersign.complete"

  func makeData() throws(ClusterFailure) {
    let home = launch.home
    let unfinished = home.unfinished
    launch.log("making a new database in \(home.dataDirectory)")
    try removeTree(unfinished)
    try makeFolder(unfinished, permissions: 0o700)
    try hand(unfinished, to: launch.account)
    try run(initdbArguments, input: "/dev/null", name: "initdb")
    try TextFile.replace(unfinished + "/pg_hba.conf", with: hostRules)
    try TextFile.replace(unfinished + "/pg_ident.conf", with: userMap)
    let script = unfinished + "/" + Self.mark
    try TextFile.replace(script, with: statements)
    for name in ["/pg_hba.conf", "/pg_ident.conf", "/" + Self.mark] {
      try hand(unfinished + name, to: launch.account)
    }
    let singleUser = [
      launch.programs.postgres, "--single", "-D", unfinished, "-c", "exit_on_error=on",
      "-c", "log_min_messages=warning", "postgres",
    ]
    try run(singleUser, input: script, name: "postgres")
    guard rename(unfinished, home.dataDirectory) == 0 else {
      throw .unusable(path: home.dataDirectory, action: "make", errno: errno)
    }
  }

  private var initdbArguments: [String] {
    var arguments = [
      launch.programs.initdb, "-D", launch.home.unfinished, "--username=postgres",
      "--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=peer", "--no-instructions",
    ]
    if launch.plan.durability == .none { arguments.append("--no-sync") }
    return arguments
  }

  /// Over the socket only, and only the operating-system users in the map.
  private var hostRules: String { "local all all peer map=countersign\n" }

  private var userMap: String {
    var users = [launch.account.name]
    if launch.account.name != "root" { users.append("root") }
    let roles = ["postgres", launch.plan.database]
    return users.flatMap { user in roles.map { "countersign \(user) \($0)\n" } }.joined()
  }

  /// One statement a line, as single-user mode reads them.
  private var statements: String {
    let name = launch.plan.database
    return """
      CREATE ROLE "\(name)" LOGIN CREATEROLE CREATEDB;
      CREATE DATABASE "\(name)" OWNER "\(name)";

      """
  }

  private func run(
    _ arguments: [String], input: String, name: String
  ) throws(ClusterFailure) {
    let home = launch.home
    let logStart = FileStatus(home.log)?.byteCount ?? 0
    let line = launch.account.commandLine(arguments, endingWithParent: true)
    let status = try ChildProcess.run(line, streams: .init(input: input, output: home.log))
    guard status.succeeded else {
      let detail = try launch.complaint(from: logStart) ?? "\(status)"
      throw .programFailed(name: name, detail: detail, log: home.log)
    }
  }
}
