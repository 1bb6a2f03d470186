package import Domain
internal import Foundation
internal import Wire
package import Workflow

/// A service with a policy, everybody whom a review needs, and a polite content.
package struct ReviewScene: Sendable {
  package let service: Service
  package let requester: TestPerson
  package let owner: TestPerson
  package let deputy: TestPerson
  package let maintainer: TestPerson
  package let legal: TestPerson
  package let risk: TestPerson
  package let both: TestPerson
  package let administrator: TestPerson
  package let pool: PoolID

  /// Makes everybody and imports the default policy.
  package init(_ service: Service) async throws {
    self.service = service
    requester = try await service.makePerson("pm", .requester)
    owner = try await service.makePerson("owner", .businessOwner)
    deputy = try await service.makePerson("deputy")
    maintainer = try await service.makePerson("maintainer", .operator)
    legal = try await service.makePerson("legal", .legalReviewer)
    risk = try await service.makePerson("risk", .riskReviewer)
    both = try await service.makePerson("both", .legalReviewer, .riskReviewer)
    administrator = try await service.makePerson("admin", .administrator)
    pool = try await service.bootstrap(
      CreatePool(input: .init(name: "demo", owner: owner.id, enforcementPoint: nil))
    ).id
    _ = try await service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
  }

  /// Runs the body on a database of its own.
  package static func with<R: Sendable>(
    fetcher: (any SiteFetcher)? = nil, _ body: (ReviewScene, ManualClock) async throws -> R
  ) async throws -> R {
    try await TestService.with(fetcher: fetcher) { service, clock in
      try await body(try await ReviewScene(service), clock)
    }
  }

  /// `policies/default.yaml`.
  package static let policy: Policy = {
    do {
      return try Policy(
        json: YAMLDocument.parse(file("policies/default.yaml"), scalars: .coreSchema))
    } catch {
      preconditionFailure("the default policy does not load: \(error)")
    }
  }()

  static func file(_ path: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: path)))
  }

  /// The polite example with the people and the pool of this scene; `edit` changes the text.
  package func document(
    _ edit: (String) -> String = { $0 }
  ) throws -> Result<ContentDocument, InvalidBody> {
    .success(ContentDocument(json: try yaml(edit), form: .file))
  }

  /// The polite example as a document of strings, which is YAML when it is printed.
  package func yaml(_ edit: (String) -> String = { $0 }) throws -> JSON {
    let today = LocalDate(daysSince1970: Int32(Date().timeIntervalSince1970 / 86_400))
    let text = String(decoding: try ReviewScene.file("examples/polite.yaml"), as: UTF8.self)
      .replacing("owner@demo.example", with: owner.email)
      .replacing("owner2@demo.example", with: deputy.email)
      .replacing("operator@demo.example", with: maintainer.email)
    return try ProposalFile.read(Array(edit(text).utf8), today: today)
  }

  /// A draft of it.
  package func proposed(
    _ edit: (String) -> String = { $0 }
  ) async throws -> (reference: ProposalReference, digest: Digest) {
    let made = try await service.act(
      as: requester, CreateProposal(document: try document(edit)))
    return (.id(made.proposal.id), made.digest)
  }

  /// The same under review.
  package func submitted(
    _ edit: (String) -> String = { $0 }
  ) async throws -> (reference: ProposalReference, digest: Digest) {
    let (reference, digest) = try await proposed(edit)
    _ = try await service.act(
      as: requester, SubmitProposal(proposal: reference, digest: .success(digest)))
    return (reference, digest)
  }

  /// Somebody decides.
  @discardableResult
  package func decide(
    _ proposal: (reference: ProposalReference, digest: Digest), _ person: TestPerson,
    _ role: Role, _ verdict: Decision.Verdict = .approve, under conditions: Conditions? = nil
  ) async throws -> Decision {
    let outcome = try await service.act(
      as: person,
      DecideProposal(
        proposal: proposal.reference,
        verdict: .success(
          Verdict(
            digest: proposal.digest, role: role, verdict: verdict,
            reason: verdict == .approve ? nil : "because", conditions: conditions))))
    switch outcome {
    case .decided(let decision): return decision
    case .conflicting(let refusals): throw refusals
    }
  }

  /// The proposal as somebody sees it, the requester unless said.
  package func show(
    _ proposal: (reference: ProposalReference, digest: Digest), as person: TestPerson? = nil
  ) async throws -> ProposalView {
    try await service.look(
      as: person ?? requester, ShowProposal(proposal: proposal.reference))
  }
}

/// The codes of the refusals that an act throws; empty when it goes through.
package func refusalCodes(_ act: () async throws -> Void) async throws -> [String] {
  do {
    try await act()
    return []
  } catch let refusals as Refusals {
    return [refusals.first.code.rawValue]
      + refusals.all.map(\.code.rawValue).filter { $0 != refusals.first.code.rawValue }
  }
}
