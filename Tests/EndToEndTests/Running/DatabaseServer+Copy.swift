import Foundation
import Glibc
import Testing

/// A second cluster beside the one of an instance: its base backup.
extension DatabaseServer {
  /// What becomes of a base backup that is started.
  enum Copy: Sendable {
    /// It recovers up to its own end and goes on as a cluster by itself.
    case restored
    /// It follows the original until it is promoted.
    case following
  }

  /// Where a connection finds it.
  var socketFolder: String {
    let prefix = "unix_socket_directories="
    return commandLine.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      ?? ""
  }

  func url(role: String, database: String) -> String {
    "postgresql://\(role)@/\(database)?host=\(socketFolder)&port=5432"
  }

  /// `pg_basebackup` of the running server into a folder beside its own; nothing runs there yet.
  func baseBackup(_ copy: Copy) async throws -> DatabaseServer {
    try await setReplication(.allowed)
    let folder = workplace.path + "/copy"
    let sockets = workplace.path + "/s"
    for path in [folder, sockets] {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      if geteuid() == 0 { try #require(chown(path, userID, groupID) == 0) }
    }
    let binary = try #require(commandLine.first)
    let programs = String(binary.dropLast("postgres".count))
    let words = [
      programs + "pg_basebackup", "--pgdata=\(folder)", "--checkpoint=fast", "--wal-method=stream",
      "--no-sync", "--dbname=\(url(role: "postgres", database: "postgres"))",
    ]
    let backup = try run(words + (copy == .following ? ["--write-recovery-conf"] : []))
    let end = try await backup.end()
    try #require(end.code == 0, "\(backup.errors)")
    let made = DatabaseServer(
      workplace: workplace, dataFolder: folder,
      commandLine: commandLine.map {
        $0.hasPrefix("unix_socket_directories=")
          ? "unix_socket_directories=\(sockets)" : $0 == dataFolder ? folder : $0
      }, userID: userID, groupID: groupID)
    if copy == .restored { try made.recoverIntoTimelineOfItsOwn() }
    return made
  }

  /// As one restores a base backup (docs/operations.md): no more of the journal than came with it.
  private func recoverIntoTimelineOfItsOwn() throws {
    try append("restore_command = 'false'\n", to: "postgresql.auto.conf")
    try append("", to: "recovery.signal")
    if geteuid() == 0 {
      try #require(chown(dataFolder + "/recovery.signal", userID, groupID) == 0)
    }
  }

  /// Whether others may follow this server.
  enum Replication { case allowed, refused }

  func setReplication(_ replication: Replication) async throws {
    let rule = replication == .allowed ? "peer map=countersign" : "reject"
    // The first line that fits is the one that counts.
    let rules = try String(contentsOfFile: dataFolder + "/pg_hba.conf", encoding: .utf8)
    try Data("local replication postgres \(rule)\n\(rules)".utf8).write(
      to: URL(filePath: dataFolder + "/pg_hba.conf"))
    try await administer("SELECT pg_reload_conf()")
    guard replication == .refused else { return }
    // Whoever follows already is told to come again, and may not.
    let deadline = Date(timeIntervalSinceNow: 60)
    while try await !administer(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_replication"
    ).isEmpty {
      try #require(Date() < deadline, "somebody goes on following")
      await Client.pause(milliseconds: 20)
    }
  }

  /// Returns when a restored server has recovered and writes.
  func recover() async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while try await administer("SELECT pg_is_in_recovery()")[0][0] != "f" {
      try #require(Date() < deadline, "the server does not recover")
      await Client.pause(milliseconds: 20)
    }
  }

  /// A standby becomes a server that writes.
  func promote() async throws { try await administer("SELECT pg_promote(true, 60)") }

  /// Returns when the standby has everything that the original has written by now.
  func catchUp(with original: DatabaseServer) async throws {
    let position = try await original.administer("SELECT pg_current_wal_flush_lsn()")[0][0]
    let deadline = Date(timeIntervalSinceNow: 60)
    while try await administer(
      "SELECT coalesce(pg_last_wal_replay_lsn() >= '\(position)', false)")[0][0] != "t"
    {
      try #require(Date() < deadline, "the standby does not follow")
      await Client.pause(milliseconds: 20)
    }
  }

  @discardableResult
  func administer(_ sql: String, in database: String = "postgres") async throws -> [[String]] {
    let url = url(role: "postgres", database: database)
    return try await offPool { try SecondConnection(url: url).rows(sql) }
  }

  private func append(_ text: String, to name: String) throws {
    let path = dataFolder + "/" + name
    var bytes = FileManager.default.contents(atPath: path) ?? Data()
    bytes.append(Data(text.utf8))
    // In place, so that the file stays whose it was.
    if FileManager.default.fileExists(atPath: path) {
      let file = try FileHandle(forWritingTo: URL(filePath: path))
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: bytes)
      try file.close()
    } else {
      try bytes.write(to: URL(filePath: path))
    }
  }
}
