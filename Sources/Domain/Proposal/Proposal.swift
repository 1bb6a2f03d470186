/// The thing asked for; what it says stands in its revisions.
package struct Proposal: Hashable, Sendable {
  package let id: ProposalID
  /// Short and for people; given by the database.
  package let number: Int64
  package let requester: PersonID
  package let createdAt: Timestamp

  package init(id: ProposalID, number: Int64, requester: PersonID, createdAt: Timestamp) {
    self.id = id
    self.number = number
    self.requester = requester
    self.createdAt = createdAt
  }
}

/// The exact bytes of a content and their hash.
package struct ContentBytes: Hashable, Sendable {
  /// RFC 8785.
  package let bytes: [UInt8]
  package let digest: Digest

  /// The caller has hashed the bytes (Domain knows no hash function).
  package init(bytes: [UInt8], digest: Digest) {
    self.bytes = bytes
    self.digest = digest
  }
}

/// One immutable text of a proposal.
package struct Revision: Hashable, Sendable {
  package let id: RevisionID
  package let proposal: ProposalID
  /// Counted from 1.
  package let n: Int64
  package let author: PersonID
  package let content: ProposalContent
  package let bytes: ContentBytes
  package let createdAt: Timestamp

  /// The first revision of a new proposal (lifecycle transition 1).
  package static func first(
    _ content: ProposalContent, _ bytes: ContentBytes, by author: PersonID, actor: Actor,
    at now: Timestamp
  ) -> Ruling<Revision> {
    let revision = Revision(
      id: RevisionID.make(at: now), proposal: ProposalID.make(at: now), n: 1, author: author,
      content: content, bytes: bytes, createdAt: now)
    return Ruling(revision, revision.entry(.proposalCreated, by: actor, role: .requester))
  }

  /// Another revision (lifecycle R3, R4): its author becomes an editor.
  ///
  /// - Parameter newest: number and digest of the newest revision.
  package static func added(
    to proposal: ProposalID, _ content: ProposalContent, _ bytes: ContentBytes,
    after newest: (n: Int64, digest: Digest), parties: Parties, by signer: Signer,
    actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Revision> {
    var found: [Refusal] = []
    let mayEdit =
      parties.mayActFor(signer.identity) || parties.deputy == signer.identity
      || signer.roles.keys.contains { $0.decides }
    if !mayEdit {
      found.append(
        .notAllowed(
          act: "revise", who: "the requester, the owner, the deputy or a deciding role"))
    }
    if newest.digest == bytes.digest { found.append(.noChange) }
    try Refusals.check(found)
    let revision = Revision(
      id: RevisionID.make(at: now), proposal: proposal, n: newest.n + 1,
      author: signer.person, content: content, bytes: bytes, createdAt: now)
    return Ruling(revision, revision.entry(.revisionCreated, by: actor, role: nil))
  }

  private func entry(_ type: EventType, by actor: Actor, role: Role?) -> LogEntry {
    LogEntry(
      type, stream: StreamID(proposal),
      object: EventObject("proposal", proposal.text, revision: Int(n), digest: bytes.digest),
      by: actor, at: createdAt, role: role, detail: ["revision": JSON(id)])
  }
}
