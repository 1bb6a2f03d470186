package import Domain
import Ledger
package import Postgres
import Store

/// Somebody remarks on a proposal.
package struct AddNote: Command {
  private let proposal: ProposalReference
  private let text: Result<String, InvalidBody>

  package init(proposal: ProposalReference, text: Result<String, InvalidBody>) {
    self.proposal = proposal
    self.text = text
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Note {
    guard let found = try await ProposalStore.find(proposal, in: tx) else {
      throw proposal.missing
    }
    let text = try text.get()
    let ruling = Note.added(
      to: found.id, text: text, digest: Digest.sha256(of: Array(text.utf8)),
      author: try act.person().person.id, by: act.actor, at: act.now)
    try await NoteStore.record(ruling, in: tx)
    return ruling.subject
  }
}

/// Notes on a proposal, oldest first.
package struct ListNotes: Query {
  private let proposal: ProposalReference
  private let after: String
  private let limit: Int

  package init(proposal: ProposalReference, after: String?, limit: Int) {
    self.proposal = proposal
    self.after = after ?? ""
    self.limit = limit
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> [Note] {
    let found = try await act.find(proposal, in: tx)
    return try await NoteStore.list(of: found.id, after: after, limit: Int64(limit), in: tx)
  }
}
