package import Domain
import Ledger
package import Postgres
import Store

/// The requester or owner opens a review round for the newest revision.
package struct SubmitProposal: Command {
  private let proposal: ProposalReference
  private let digest: Result<Digest, InvalidBody>

  package init(proposal: ProposalReference, digest: Result<Digest, InvalidBody>) {
    self.proposal = proposal
    self.digest = digest
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Round {
    guard let found = try await ProposalStore.lock(proposal, in: tx) else {
      throw proposal.missing
    }
    let echoed = try digest.get()
    let signer = try await act.signer(in: tx)
    let submission = try await submission(of: found, by: act, in: tx)
    let ruling = try submission.opened(
      echoing: echoed, by: signer, actor: act.actor, at: act.now)
    if let round = submission.rounds.last {
      if let lapsed = submission.lapsed(by: act.actor, at: act.now) {
        try await RoundStore.record(closed: lapsed, from: round.recorded, in: tx)
      }
      if let superseded = submission.superseded(by: act.actor, at: act.now) {
        try await RoundStore.record(closed: superseded, from: round.recorded, in: tx)
      }
    }
    try await RoundStore.record(
      opened: ruling, assessment: snapshot(submission), in: tx)
    return ruling.subject
  }

  private func submission(
    of proposal: Proposal, by act: Act, in tx: borrowing Transaction
  ) async throws -> Submission {
    let (version, policy) = try await ParsedPolicies.active(in: tx)
    let revision = try await RevisionStore.newest(of: proposal.id, in: tx)
    let content = try revision.content(by: act, questions: policy.questions)
    let rounds = try await RoundStore.list(of: proposal.id, in: tx)
    let approved = try await act.approvedContent(of: rounds, in: tx)
    let (parties, accounts) = try await act.parties(of: proposal, revision, in: tx)
    return Submission(
      proposal: proposal.id, revision: revision.id, revisionNumber: revision.n,
      digest: revision.digest, content: content,
      assessment: try await act.assess(content, by: policy, approved: approved, in: tx),
      policyVersion: version, respondWithinDays: policy.respondWithinDays, parties: parties,
      partyAccounts: accounts, rounds: rounds,
      candidates: try await SignerStore.candidates(in: tx))
  }

  private func snapshot(_ submission: Submission) throws -> [UInt8] {
    var snapshot = submission.assessment.json
    snapshot["digest"] = JSON(submission.digest)
    snapshot["policy"] = JSON(submission.policyVersion)
    return try JSON.object(snapshot).canonicalBytes()
  }
}
