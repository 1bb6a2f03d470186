package import Domain
import Ledger
package import Postgres
import Store

/// The facts of a revision's impact assessment; every one of them is stored.
package struct DescribeImpact: Query {
  package struct Output: Sendable {
    /// `ImpactFacts` as JSON.
    package let facts: JSON
    /// Their RFC 8785 bytes, and the digest of these.
    package let bytes: [UInt8]
    package let digest: Digest
  }

  private let proposal: ProposalReference
  private let revision: Result<Int64?, InvalidBody>

  /// - Parameter revision: nil for the one under review, else the newest.
  package init(proposal: ProposalReference, revision: Result<Int64?, InvalidBody>) {
    self.proposal = proposal
    self.revision = revision
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let facts = try await facts(by: act, in: tx).json
    let bytes = try facts.canonicalBytes()
    return Output(facts: facts, bytes: bytes, digest: Digest.sha256(of: bytes))
  }

  private func facts(by act: Act, in tx: borrowing Transaction) async throws -> ImpactFacts {
    guard let found = try await ProposalStore.find(proposal, in: tx) else {
      throw proposal.missing
    }
    let asked = try revision.get()
    _ = try act.person()
    let rounds = try await RoundStore.list(of: found.id, in: tx)
    let revision = try await revision(asked, of: found, rounds, in: tx)
    let round = rounds.last { $0.revision == revision.id }
    let assessed = try await assessment(of: revision, round, rounds, by: act, in: tx)
    let grant = try await GrantStore.list(of: found.id, in: tx)
      .first { $0.round == round?.id }
    let hosts = assessed.content.targets.flatMap { $0.patterns.map(\.host) }
    let locks = try await LockStore.active(
      covering: LockStore.Targets(
        proposal: found.id, grant: grant?.standing.id, hosts: hosts), in: tx)
    return ImpactFacts(
      proposal: found, revision: revision, content: try JSONParser.parse(revision.bytes),
      assessment: assessed.json, load: try assessed.load,
      policy: (assessed.version, assessed.digest, assessed.policy.title),
      sources: assessed.policy.sources(citedBy: assessed.json),
      questions: assessed.policy.questions, round: round, grant: grant,
      locks: locks,
      people: try await PeopleStore.find(
        ImpactFacts.named(found, revision, round, locks), in: tx))
  }

  private func revision(
    _ n: Int64?, of proposal: Proposal, _ rounds: [Round], in tx: borrowing Transaction
  ) async throws -> RevisionRecord {
    guard let n = n ?? rounds.last?.revisionNumber else {
      return try await RevisionStore.newest(of: proposal.id, in: tx)
    }
    guard let revision = try await RevisionStore.find(n, of: proposal.id, in: tx) else {
      throw Refusals(.notFound(kind: "revision", id: String(n)))
    }
    return revision
  }

  /// What a policy said of the revision, as it is stored with its round; of one that was never
  /// submitted, what the policy in force says, on the day on which it was written.
  private func assessment(
    of revision: RevisionRecord, _ round: Round?, _ rounds: [Round], by act: Act,
    in tx: borrowing Transaction
  ) async throws -> Assessed {
    if let round {
      let stored = try await ReassessmentStore.assessment(of: round.id, in: tx)
      let policy = try await ParsedPolicies.policy(stored.policy, in: tx)
      return Assessed(
        version: stored.policy, digest: try await digest(of: stored.policy, in: tx),
        policy: policy, content: try revision.content(by: act, questions: policy.questions),
        json: try JSONParser.parse(stored.bytes))
    }
    let (version, policy) = try await ParsedPolicies.active(in: tx)
    let content = try revision.content(by: act, questions: policy.questions)
    let assessment = try await act.assess(
      content, of: revision.id, by: policy,
      approved: try await act.approvedContent(of: rounds, in: tx),
      on: revision.createdAt.utcDate, in: tx)
    return Assessed(
      version: version, digest: try await digest(of: version, in: tx), policy: policy,
      content: content, json: .object(assessment.json))
  }

  private func digest(
    of version: Int64, in tx: borrowing Transaction
  ) async throws -> Digest {
    guard let digest = try await PolicyStore.digest(of: version, in: tx) else {
      preconditionFailure("a version that was used is stored")
    }
    return digest
  }

  private struct Assessed {
    let version: Int64
    let digest: Digest
    let policy: Policy
    let content: ProposalContent
    let json: JSON

    /// Errors: none for an assessment of ours.
    var load: [ExpectedLoad] {
      get throws {
        guard case .object(let members) = json, case .array(let caps)? = members["caps"]
        else { return [] }
        let days = members["longest_validity_days"]
        var validity: Int64 = 0
        if case .number(let number)? = days { validity = number.int64 ?? 0 }
        var day = content.startsOn
        if case .string(let text)? = members["assessed_on"] { day = LocalDate(text) ?? day }
        return try content.targets.indices.map { index in
          try ExpectedLoad(
            of: index, in: content, cap: caps[index], validityDays: validity, on: day)
        }
      }
    }
  }
}
