package import Domain
package import Postgres
import Store

/// What a policy says of a content, and who could sign it; nothing is stored.
package struct Appraisal: Sendable {
  package let assessment: Assessment
  package let digest: Digest
  package let seats: [Seat]
  /// The sources that its rules cite.
  package let sources: JSON
  /// Nil for a policy that was sent along.
  package let policyVersion: Int64?
}

/// What the policy in force says of a content that was sent.
package struct AssessContent: Query {
  private let document: Result<ContentDocument, InvalidBody>

  package init(document: Result<ContentDocument, InvalidBody>) {
    self.document = document
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Appraisal {
    let (version, policy) = try await ParsedPolicies.active(in: tx)
    let content = try await document.get().content(
      by: act, questions: policy.questions, in: tx)
    let caller = try await act.signer(in: tx)
    let assessment = try await act.assess(
      content, of: nil, by: policy, approved: nil, in: tx)
    let named = [content.owner, content.deputy, content.maintainer.person]
    let signers = try await SignerStore.find(named, in: tx)
    func identity(_ person: PersonID) -> PersonID { signers[person]?.identity ?? person }
    // A reviewer who only looks does not become the requester.
    let isRequester = caller.roles[.requester] != nil
    let requester = isRequester ? caller.identity : identity(content.owner)
    let parties = Parties(
      requester: requester, owner: identity(named[0]), deputy: identity(named[1]),
      maintainer: identity(named[2]), editors: [requester])
    return try await Appraisal(
      assessment, of: ContentBytes(of: content).digest, by: policy, version, parties, in: tx)
  }
}

/// What any policy says of a revision: the one in force, another version, or one sent along.
package struct AssessRevision: Query {
  package struct Input: Sendable {
    package let proposal: ProposalReference
    /// Nil for the newest.
    package let revision: Int64?
    package let policy: Rules

    /// Which policy is asked.
    package enum Rules: Sendable {
      case inForce
      case version(Int64)
      case sent(Policy)
    }

    package init(proposal: ProposalReference, revision: Int64?, policy: Rules) {
      self.proposal = proposal
      self.revision = revision
      self.policy = policy
    }
  }

  private let input: Result<Input, InvalidBody>

  package init(input: Result<Input, InvalidBody>) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Appraisal {
    let input = try input.get()
    guard let proposal = try await ProposalStore.find(input.proposal, in: tx) else {
      throw input.proposal.missing
    }
    _ = try act.person()
    var revision = try await RevisionStore.newest(of: proposal.id, in: tx)
    if let n = input.revision {
      guard let found = try await RevisionStore.find(n, of: proposal.id, in: tx) else {
        throw Refusals(.notFound(kind: "revision", id: String(n)))
      }
      revision = found
    }
    let (version, policy) = try await rules(input.policy, by: act, in: tx)
    let rounds = try await RoundStore.list(of: proposal.id, in: tx)
    let content = try revision.content(by: act, questions: policy.questions)
    let assessment = try await act.assess(
      content, of: revision.id, by: policy,
      approved: try await act.approvedContent(of: rounds, in: tx), in: tx)
    let parties = try await act.parties(of: proposal, revision, in: tx).parties
    return try await Appraisal(
      assessment, of: revision.digest, by: policy, version, parties, in: tx)
  }

  private func rules(
    _ asked: Input.Rules, by act: Act, in tx: borrowing Transaction
  ) async throws -> (version: Int64?, policy: Policy) {
    switch asked {
    case .inForce:
      let active = try await ParsedPolicies.active(in: tx)
      return (active.version, active.policy)
    case .version(let version):
      _ = try await act.policy(version, in: tx)
      return (version, try await ParsedPolicies.policy(version, in: tx))
    case .sent(let policy): return (nil, policy)
    }
  }
}

extension Appraisal {
  fileprivate init(
    _ assessment: Assessment, of digest: Digest, by policy: Policy, _ version: Int64?,
    _ parties: Parties, in tx: borrowing Transaction
  ) async throws {
    let seating = Seating(
      roles: assessment.roles, candidates: try await SignerStore.candidates(in: tx),
      parties: parties)
    self.init(
      assessment: assessment, digest: digest, seats: seating.seats,
      sources: policy.sources(citedBy: .object(assessment.json)), policyVersion: version)
  }
}
