/// A policy as it was put in force: its exact bytes under a number.
package struct PolicyVersion: Hashable, Sendable {
  package let version: Int64
  /// RFC 8785.
  package let bytes: [UInt8]
  package let digest: Digest
  package let activatedAt: Timestamp

  package init(version: Int64, bytes: [UInt8], digest: Digest, activatedAt: Timestamp) {
    self.version = version
    self.bytes = bytes
    self.digest = digest
    self.activatedAt = activatedAt
  }

  /// Version 1, from the file at the first start; the caller has checked that it is a policy.
  package static func imported(
    _ bytes: [UInt8], digest: Digest, by actor: Actor, at now: Timestamp
  ) -> Ruling<PolicyVersion> {
    let policy = PolicyVersion(version: 1, bytes: bytes, digest: digest, activatedAt: now)
    return Ruling(
      policy,
      LogEntry(
        .policyActivated, stream: .service,
        object: EventObject("policy", "1", revision: 1, digest: digest), by: actor, at: now))
  }
}
