/// One administrator's half of an activation.
package struct PolicySignature: Hashable, Sendable {
  package let person: PersonID
  /// The version that was in force when it was given: what the signer changed.
  package let inForce: Int64
  package let signedAt: Timestamp

  /// After this a first half is forgotten and the next one is first again.
  package static let lifetimeSeconds: Int64 = 7 * 86_400

  package init(person: PersonID, inForce: Int64, signedAt: Timestamp) {
    self.person = person
    self.inForce = inForce
    self.signedAt = signedAt
  }
}

/// What a signature under an activation does.
package struct PolicyActivation: Hashable, Sendable {
  package let version: Int64
  package let digest: Digest
  package let signature: PolicySignature
  /// Who signed first; nil while the second is awaited.
  package let first: PersonID?
}

extension PolicyRecord {
  /// Signs the activation (api.md, "policy"): the second of two human beings puts it in force.
  ///
  /// - Parameters:
  ///   - signers: everybody who has signed before, as they stand now.
  ///   - echoed: the digest that the administrator read, where one was sent.
  package func signed(
    echoing echoed: Digest?, by administrator: Person, signers: [PersonID: Signer],
    actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<PolicyActivation> {
    var found: [Refusal] = []
    if status != .proposed {
      found.append(.policySuperseded(version: version, inForce: inForce))
    }
    if let echoed, echoed != digest { found.append(.staleDigest(current: digest)) }
    let standing = signatures.filter { stands($0, signers, at: now) }
    let first = standing.first { signers[$0.person]?.identity != administrator.identity }
    if first == nil, !standing.isEmpty { found.append(.samePerson) }
    try Refusals.check(found)
    let activation = PolicyActivation(
      version: version, digest: digest,
      signature: PolicySignature(
        person: administrator.id, inForce: inForce, signedAt: now), first: first?.person)
    var detail: JSONObject = ["in_force": JSON(inForce)]
    detail["first"] = first.map { JSON($0.person) }
    return Ruling(
      activation,
      PolicyRecord.entry(
        first == nil ? .policyActivationRequested : .policyActivated, version: version,
        digest: digest, by: actor, at: now, detail: detail))
  }

  /// Whether a first half still counts: given for this change of the policy, not long ago, by
  /// somebody who has been an administrator since.
  private func stands(
    _ signature: PolicySignature, _ signers: [PersonID: Signer], at now: Timestamp
  ) -> Bool {
    signature.inForce == inForce
      && signature.signedAt > now.adding(seconds: -PolicySignature.lifetimeSeconds)
      && signers[signature.person]?.stillHolds(.administrator, since: signature.signedAt)
        ?? false
  }
}
