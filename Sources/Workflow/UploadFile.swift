package import Domain
package import Postgres
import Store

/// Somebody begins to send a file: who may not is refused before a byte of it is read.
package struct BeginUpload: Command {
  private let proposal: ProposalReference
  private let name: Result<FileName, InvalidBody>

  package init(proposal: ProposalReference, name: Result<FileName, InvalidBody>) {
    self.proposal = proposal
    self.name = name
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> FileID {
    guard try await ProposalStore.find(proposal, in: tx) != nil else { throw proposal.missing }
    _ = try name.get()
    _ = try act.person()
    let upload = FileID.make(at: act.now)
    FileStore.begin(upload, at: act.now, in: tx)
    return upload
  }
}

/// The next bytes of a file have arrived.
package struct AppendPiece: Command {
  private let upload: FileID
  private let n: Int64
  private let bytes: [UInt8]

  /// - Parameter n: counted from 1.
  package init(_ bytes: [UInt8], n: Int64, to upload: FileID) {
    self.upload = upload
    self.n = n
    self.bytes = bytes
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    FileStore.append(bytes, n: n, to: upload, in: tx)
  }
}

/// An upload came to nothing; a file stays.
package struct DiscardUpload: Command {
  private let upload: FileID

  package init(_ upload: FileID) {
    self.upload = upload
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    try await FileStore.discard(upload, in: tx)
  }
}

/// All bytes of a file have arrived: it stands beside the proposal from now on.
package struct UploadFile: Command {
  /// What was found of the bytes on their way.
  package struct Contents: Hashable, Sendable {
    package let upload: FileID
    package let digest: Digest
    package let size: Int64
    package let pieces: Int64
    package let mediaType: MediaType

    package init(
      upload: FileID, digest: Digest, size: Int64, pieces: Int64, mediaType: MediaType
    ) {
      self.upload = upload
      self.digest = digest
      self.size = size
      self.pieces = pieces
      self.mediaType = mediaType
    }
  }

  private let proposal: ProposalReference
  private let name: FileName
  private let contents: Contents

  package init(proposal: ProposalReference, name: FileName, contents: Contents) {
    self.proposal = proposal
    self.name = name
    self.contents = contents
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> AttachedFile {
    guard let found = try await ProposalStore.find(proposal, in: tx) else {
      throw proposal.missing
    }
    let file = AttachedFile(
      id: contents.upload, proposal: found.id, name: name, digest: contents.digest,
      size: contents.size, pieces: contents.pieces, mediaType: contents.mediaType,
      author: try act.person().person.id, createdAt: act.now)
    try await FileStore.record(file.added(by: act.actor), in: tx)
    return file
  }
}
