/// What a private cluster should be like; the defaults are those of `countersign dev`.
package struct ClusterPlan: Sendable {
  /// Whether a commit survives a power cut.
  package enum Durability: Sendable {
    case everyCommit
    /// For data that may be lost with the machine, such as those of tests; much faster.
    case none
  }

  /// The folder of everything kept; made when missing.
  package var dataFolder: String
  /// The database made for us; its owner has the same name.
  package var database: String
  package var durability: Durability
  /// Connections that the server accepts.
  package var connectionsMax: Int
  /// Where the database goes when the server's user cannot reach the data folder.
  package var elsewhere: String
  /// Further server settings, name and value.
  package var settings: [String: String]

  package init(
    dataFolder: String, database: String = "countersign",
    durability: Durability = .everyCommit, connectionsMax: Int = 200,
    elsewhere: String = "/var/lib", settings: [String: String] = [:]
  ) {
    self.dataFolder = dataFolder
    self.database = database
    self.durability = durability
    self.connectionsMax = connectionsMax
    self.elsewhere = elsewhere
    self.settings = settings
  }

  /// The server's settings as arguments; given at every start, so that they follow the program.
  func arguments(socketFolder: String) -> [String] {
    var all = [
      "listen_addresses": "",
      "unix_socket_directories": socketFolder,
      "unix_socket_permissions": "0700",
      "max_connections": "\(connectionsMax)",
      "timezone": "UTC",
      "log_timezone": "UTC",
      "log_min_messages": "warning",
      "log_line_prefix": "%m [%p] %q%u@%d ",
      "jit": "off",
      "random_page_cost": "1.1",
      "logging_collector": "off",
    ]
    if durability == .none {
      all["fsync"] = "off"
      all["synchronous_commit"] = "off"
      all["full_page_writes"] = "off"
    }
    all.merge(settings) { _, new in new }
    return all.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
  }
}
