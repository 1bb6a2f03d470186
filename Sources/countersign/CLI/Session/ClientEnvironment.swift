import Foundation

/// What the client commands read from the environment, once.
struct ClientEnvironment: Sendable {
  /// COUNTERSIGN_SERVER: base URL of the service, default http://127.0.0.1:8080.
  let server: String?
  /// COUNTERSIGN_TOKEN: a person's token or a pool's key. Never an argument: others see those.
  let token: String?
  /// COUNTERSIGN_DATA: folder of `dev`'s credentials.json and keys, default .countersign.
  let dataFolder: String
  /// COUNTERSIGN_KEYS: folder of the private token keys, default <data>/keys.
  let keysFolder: String
  /// Everything, for what belongs to the terminal (NO_COLOR, TERM, TZ).
  let variables: [String: String]

  static let serverDefault = "http://127.0.0.1:8080"

  init(_ variables: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? {
      variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    self.variables = variables
    server = value("COUNTERSIGN_SERVER")
    token = value("COUNTERSIGN_TOKEN")
    dataFolder = value("COUNTERSIGN_DATA") ?? ServiceConfiguration.dataFolderDefault
    keysFolder = value("COUNTERSIGN_KEYS") ?? dataFolder + "/keys"
  }
}
