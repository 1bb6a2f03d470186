import Domain
import Postgres
import Store

extension Act {
  /// What a policy says of a content now, with the sites registered now.
  ///
  /// - Parameters:
  ///   - revision: whose dossier counts; nil for a content that is none, where what it declares
  ///     counts.
  ///   - approved: canonical JSON of the content approved before, if any.
  ///   - day: whose law and dates count; nil for today.
  func assess(
    _ content: ProposalContent, of revision: RevisionID?, by policy: Policy, approved: JSON?,
    on day: LocalDate? = nil,
    in tx: borrowing Transaction
  ) async throws -> Assessment {
    let names = content.targets.flatMap { $0.patterns.flatMap(\.host.selfAndParents) }
    let sites = SiteMap(
      try await SiteStore.at(Set(names), in: tx), suffixes: service.suffixes)
    let change = approved.map { ContentDiff(from: $0, to: content.json).change } ?? .first
    return policy.assess(
      content, sites: content.targets.map(sites.covering), change: change,
      robots: try await robots(of: content, revision, in: tx), on: day ?? now.utcDate)
  }

  private func robots(
    of content: ProposalContent, _ revision: RevisionID?, in tx: borrowing Transaction
  ) async throws -> [TargetRobots] {
    guard let revision else { return [] }
    let standings = try await DossierStore.standings(of: revision, in: tx)
    return content.targets.indices.map { index in
      TargetRobots(standings.filter { $0.target == index })
    }
  }

  /// Content of the newest approved round's revision; nil when nothing was approved.
  func approvedContent(
    of rounds: [Round], in tx: borrowing Transaction
  ) async throws -> JSON? {
    guard let round = rounds.last(where: { $0.recorded == .approved }),
      let revision = try await RevisionStore.find(
        round.revisionNumber, of: round.proposal, in: tx)
    else { return nil }
    return try JSONParser.parse(revision.bytes)
  }

  /// The parties of a revision of a proposal, by identity, and their accounts.
  func parties(
    of proposal: Proposal, _ revision: RevisionRecord, in tx: borrowing Transaction
  ) async throws -> (parties: Parties, accounts: [(part: String, signer: Signer)]) {
    let named = [
      ("requester", proposal.requester), ("owner", revision.owner), ("deputy", revision.deputy),
      ("maintainer", revision.maintainer),
    ]
    let signers = try await SignerStore.find(named.map(\.1), in: tx)
    let accounts = named.compactMap { part, person in
      signers[person].map { (part: part, signer: $0) }
    }
    func identity(_ person: PersonID) -> PersonID { signers[person]?.identity ?? person }
    let parties = Parties(
      requester: identity(proposal.requester), owner: identity(revision.owner),
      deputy: identity(revision.deputy), maintainer: identity(revision.maintainer),
      editors: try await RevisionStore.editors(of: proposal.id, in: tx))
    return (parties, accounts)
  }

  /// The newest round of a proposal with the people in it and the caller.
  func review(
    of proposal: Proposal, caller: PersonID?, in tx: borrowing Transaction
  ) async throws -> Review {
    let round = try await RoundStore.newest(of: proposal.id, in: tx)
    let revision = try await reviewed(round, of: proposal, in: tx)
    let people = (round?.decisions.map(\.person) ?? []) + (caller.map { [$0] } ?? [])
    return Review(
      proposal: proposal.id,
      parties: try await parties(of: proposal, revision, in: tx).parties, round: round,
      signers: try await SignerStore.find(people, in: tx))
  }

  /// The caller as a signer; refuses pools and gateways.
  func signer(in tx: borrowing Transaction) async throws -> Signer {
    let person = try person().person.id
    guard let signer = try await SignerStore.find([person], in: tx)[person] else {
      preconditionFailure("the caller was just authenticated")
    }
    return signer
  }

  private func reviewed(
    _ round: Round?, of proposal: Proposal, in tx: borrowing Transaction
  ) async throws -> RevisionRecord {
    if let round,
      let revision = try await RevisionStore.find(round.revisionNumber, of: proposal.id, in: tx)
    {
      return revision
    }
    return try await RevisionStore.newest(of: proposal.id, in: tx)
  }
}

extension ProposalReference {
  /// The refusal of a proposal that does not exist, or that the caller may not see.
  var missing: Refusals { Refusals(.notFound(kind: "proposal", id: text)) }
}
