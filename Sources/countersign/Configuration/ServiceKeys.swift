import Domain
import Tokens

/// The keys that sign tokens: where they are and how they take turns.
struct ServiceKeys: Sendable {
  let folder: String
  let algorithm: Algorithm
  let maxAgeSeconds: Int

  /// Reads these settings in the order in which they are documented.
  init(_ settings: inout SettingsReader, dataFolder: String) {
    folder = settings.read(
      Setting(
        "COUNTERSIGN_KEYS", .text("folder"), fallback: "`keys` in the data folder",
        meaning: "private token keys, `<kid>.pem`; made with mode 0700"),
      else: dataFolder + "/keys")
    algorithm = settings.read(
      Setting(
        "COUNTERSIGN_TOKEN_ALGORITHM", .tokenAlgorithm,
        meaning: "what tokens are signed with; stock proxies verify `ES256`"),
      else: .es256)
    maxAgeSeconds = settings.read(
      Setting(
        "COUNTERSIGN_KEYS_MAX_AGE_SECONDS", .number(1...86_400, unit: "s"),
        meaning: "how long verifiers may keep the published keys; a new key is published for "
          + "twice as long before it signs"),
      else: Int(KeyPlan.standard.maxAgeSeconds))
  }

  var plan: KeyPlan {
    KeyPlan(algorithm: algorithm.rawValue, maxAgeSeconds: Int64(maxAgeSeconds))
  }
}
