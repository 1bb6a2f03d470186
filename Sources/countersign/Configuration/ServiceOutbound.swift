import Curl
import Tokens

/// What the process does by itself, and where it may send to.
struct ServiceOutbound: Sendable {
  let runsJobs: Bool
  /// Nil: secrets of webhooks are kept as they are.
  let sealingKey: SealingKey?
  /// Hosts that webhooks may be at although their addresses are not public.
  let webhookHosts: [PermittedHost]
  /// Whether targets are asked for their robots.txt and the like.
  let dossier: Bool
  /// Private hosts that may be fetched from all the same.
  let fetchHosts: [PermittedHost]

  /// Reads these settings in the order in which they are documented.
  init(_ settings: inout SettingsReader, for purpose: ServiceConfiguration.Purpose) {
    runsJobs = settings.read(
      Setting(
        "COUNTERSIGN_JOBS", .onOff,
        meaning: "whether this replica stands for doing the jobs of all; one of those leads"),
      else: true)
    let key = settings.readSecret(
      Setting(
        "COUNTERSIGN_SEALING_KEY", .sealingKey, fallback: "none: they are kept as they are",
        secret: .redacted,
        meaning: "what seals secrets of webhooks in the database; the same for all replicas"))
    sealingKey = key.flatMap { SealingKey($0) }
    webhookHosts = settings.read(
      Setting(
        "COUNTERSIGN_WEBHOOK_HOSTS", .permittedHosts, fallback: "none",
        meaning: "hosts that get webhooks although their address is not public"),
      else: [])
    dossier = settings.read(
      Setting(
        "COUNTERSIGN_DOSSIER", .onOff, fallback: "`on`; `dev`: `off`",
        meaning: "whether robots.txt and the rest of a dossier are fetched from targets"),
      else: purpose == .serve)
    fetchHosts = settings.read(
      Setting(
        "COUNTERSIGN_FETCH_HOSTS", .permittedHosts, fallback: "none",
        meaning: "hosts that are fetched from although their address is not public"),
      else: [])
  }
}
