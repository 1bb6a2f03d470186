/// What somebody remarks on a proposal, outside the digest.
package struct Note: Hashable, Sendable {
  package let id: NoteID
  package let proposal: ProposalID
  package let author: PersonID
  package let text: String
  package let createdAt: Timestamp

  package init(
    id: NoteID, proposal: ProposalID, author: PersonID, text: String, createdAt: Timestamp
  ) {
    self.id = id
    self.proposal = proposal
    self.author = author
    self.text = text
    self.createdAt = createdAt
  }

  package static let charactersMax = 10_000

  /// - Parameter digest: of the text, which itself stays out of the log.
  package static func added(
    to proposal: ProposalID, text: String, digest: Digest, author: PersonID, by actor: Actor,
    at now: Timestamp
  ) -> Ruling<Note> {
    let note = Note(
      id: NoteID.make(at: now), proposal: proposal, author: author, text: text, createdAt: now)
    return Ruling(
      note,
      LogEntry(
        .noteAdded, stream: StreamID(proposal),
        object: EventObject("note", note.id.text, digest: digest), by: actor, at: now))
  }
}
