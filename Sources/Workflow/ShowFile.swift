package import Domain
package import Postgres
import Store

/// What a file is; its bytes are read piece by piece.
package struct ShowFile: Query {
  private let file: FileID

  package init(file: FileID) {
    self.file = file
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> AttachedFile {
    guard let found = try await FileStore.find(file, in: tx) else {
      throw Refusals(.notFound(kind: "file", id: file.text))
    }
    _ = try act.person()
    return found
  }
}

/// Files of a proposal, oldest first.
package struct ListFiles: Query {
  private let proposal: ProposalReference
  private let after: String
  private let limit: Int

  package init(proposal: ProposalReference, after: String?, limit: Int) {
    self.proposal = proposal
    self.after = after ?? ""
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [AttachedFile] {
    let found = try await act.find(proposal, in: tx)
    return try await FileStore.list(of: found.id, after: after, limit: Int64(limit), in: tx)
  }
}

extension Service {
  /// The bytes of one piece, counted from 1, for somebody who may read the file.
  package func piece(_ n: Int64, of file: AttachedFile) async throws -> [UInt8] {
    try await lookUnauthenticated { (tx: borrowing Transaction) async throws -> [UInt8] in
      try await FileStore.piece(n, of: file.id, in: tx)
    }
  }
}
