/// A file beside a proposal, outside the digest; contents refer to it by its hash.
package struct AttachedFile: Hashable, Sendable {
  package let id: FileID
  package let proposal: ProposalID
  package let name: FileName
  /// Of its bytes.
  package let digest: Digest
  package let size: Int64
  /// In how many pieces it is kept.
  package let pieces: Int64
  package let mediaType: MediaType
  package let author: PersonID
  package let createdAt: Timestamp

  package init(
    id: FileID, proposal: ProposalID, name: FileName, digest: Digest, size: Int64, pieces: Int64,
    mediaType: MediaType, author: PersonID, createdAt: Timestamp
  ) {
    self.id = id
    self.proposal = proposal
    self.name = name
    self.digest = digest
    self.size = size
    self.pieces = pieces
    self.mediaType = mediaType
    self.author = author
    self.createdAt = createdAt
  }

  package static let bytesMax = 20 * 1024 * 1024
  /// How the bytes are kept.
  package static let pieceBytes = 256 * 1024
  /// Bytes that did not become a file go after so long.
  package static let uploadSeconds: Int64 = 3_600

  /// The log has its hash, its size and its kind, not its name.
  package func added(by actor: Actor) -> Ruling<AttachedFile> {
    Ruling(
      self,
      LogEntry(
        .fileAdded, stream: StreamID(proposal),
        object: EventObject("file", id.text, digest: digest), by: actor, at: createdAt,
        detail: ["size": JSON(size), "media_type": .string(mediaType.rawValue)]))
  }
}
