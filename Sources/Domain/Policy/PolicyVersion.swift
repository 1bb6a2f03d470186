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

/// A rule set that an administrator proposes; it counts once two have activated it.
package struct PolicyProposal: Hashable, Sendable {
  /// The number that it has from now on.
  package let version: Int64
  /// RFC 8785.
  package let bytes: [UInt8]
  package let digest: Digest
  package let proposedBy: PersonID
  package let proposedAt: Timestamp

  /// The next version, proposed by one administrator; the caller has checked that it is a policy.
  package static func proposed(
    _ bytes: [UInt8], digest: Digest, after last: Int64, by administrator: PersonID,
    actor: Actor, at now: Timestamp
  ) -> Ruling<PolicyProposal> {
    let proposal = PolicyProposal(
      version: last + 1, bytes: bytes, digest: digest, proposedBy: administrator,
      proposedAt: now)
    return Ruling(
      proposal,
      PolicyRecord.entry(
        .policyProposed, version: proposal.version, digest: digest, by: actor, at: now))
  }
}

/// A version as it is shown: who proposed it, who signed its activation, whether it counts.
package struct PolicyRecord: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable, CaseIterable {
    case proposed
    case active
    /// It was in force, or never came to be before a later one did.
    case superseded
  }

  package let version: Int64
  package let digest: Digest
  /// Nil for the version of the first start.
  package let proposedBy: PersonID?
  package let proposedAt: Timestamp?
  package let activatedAt: Timestamp?
  /// In the order in which they were given.
  package let signatures: [PolicySignature]
  /// The version in force.
  package let inForce: Int64

  package init(
    version: Int64, digest: Digest, proposedBy: PersonID?, proposedAt: Timestamp?,
    activatedAt: Timestamp?, signatures: [PolicySignature], inForce: Int64
  ) {
    self.version = version
    self.digest = digest
    self.proposedBy = proposedBy
    self.proposedAt = proposedAt
    self.activatedAt = activatedAt
    self.signatures = signatures
    self.inForce = inForce
  }

  package var status: Status {
    if version == inForce { return .active }
    return version > inForce ? .proposed : .superseded
  }

  static func entry(
    _ type: EventType, version: Int64, digest: Digest, by actor: Actor, at now: Timestamp,
    detail: JSONObject = [:]
  ) -> LogEntry {
    LogEntry(
      type, stream: .service,
      object: EventObject(
        "policy", String(version), revision: Int(version), digest: digest),
      by: actor, at: now, role: .administrator, detail: detail)
  }
}
