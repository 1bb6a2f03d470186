import CountersignTesting
import Domain
import Foundation
import Wire
import Workflow

/// A service with a policy, everybody whom a review needs, and a polite content.
struct ReviewScene: Sendable {
  let service: Service
  let requester: TestPerson
  let owner: TestPerson
  let deputy: TestPerson
  let maintainer: TestPerson
  let legal: TestPerson
  let risk: TestPerson
  let both: TestPerson
  let administrator: TestPerson
  let pool: PoolID

  init(_ service: Service) async throws {
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
      CreatePool(input: .init(name: "demo", owner: owner.id, enforcementPoint: nil))).id
    _ = try await service.bootstrap(ImportPolicy(policy: ReviewScene.policy))
  }

  static func with<R: Sendable>(
    _ body: (ReviewScene, ManualClock) async throws -> R
  ) async throws -> R {
    try await TestService.with { service, clock in
      try await body(try await ReviewScene(service), clock)
    }
  }

  static let policy: Policy = {
    do {
      return try Policy(
        json: YAMLDocument.parse(file("policies/default.yaml"), scalars: .coreSchema))
    } catch {
      preconditionFailure("the default policy does not load: \(error)")
    }
  }()

  static func file(_ path: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: path)))
  }

  /// The example with the people and the pool of this scene; `edit` changes the text.
  func document(
    _ edit: (String) -> String = { $0 }
  ) throws -> Result<ContentDocument, InvalidBody> {
    let today = LocalDate(daysSince1970: Int32(Date().timeIntervalSince1970 / 86_400))
    let text = String(decoding: try ReviewScene.file("examples/polite.yaml"), as: UTF8.self)
      .replacing("owner@demo.example", with: owner.email)
      .replacing("owner2@demo.example", with: deputy.email)
      .replacing("operator@demo.example", with: maintainer.email)
    let json = try ProposalFile.read(Array(edit(text).utf8), today: today)
    return .success(ContentDocument(json: json, form: .file))
  }

  func proposed(
    _ edit: (String) -> String = { $0 }
  ) async throws -> (reference: ProposalReference, digest: Digest) {
    let made = try await service.act(
      as: requester, CreateProposal(document: try document(edit)))
    return (.id(made.proposal.id), made.digest)
  }

  func submitted(
    _ edit: (String) -> String = { $0 }
  ) async throws -> (reference: ProposalReference, digest: Digest) {
    let (reference, digest) = try await proposed(edit)
    _ = try await service.act(
      as: requester, SubmitProposal(proposal: reference, digest: .success(digest)))
    return (reference, digest)
  }

  @discardableResult
  func decide(
    _ proposal: (reference: ProposalReference, digest: Digest), _ person: TestPerson,
    _ role: Role, _ verdict: Decision.Verdict = .approve
  ) async throws -> Decision {
    try await service.act(
      as: person,
      DecideProposal(
        proposal: proposal.reference,
        verdict: .success(
          Verdict(
            digest: proposal.digest, role: role, verdict: verdict,
            reason: verdict == .approve ? nil : "because"))))
  }

  func show(
    _ proposal: (reference: ProposalReference, digest: Digest), as person: TestPerson? = nil
  ) async throws -> ProposalView {
    try await service.look(
      as: person ?? requester, ShowProposal(proposal: proposal.reference))
  }
}

/// The codes of the refusals that an act throws; empty when it goes through.
func refusalCodes(_ act: () async throws -> Void) async throws -> [String] {
  do {
    try await act()
    return []
  } catch let refusals as Refusals {
    return [refusals.first.code.rawValue]
      + refusals.all.map(\.code.rawValue).filter { $0 != refusals.first.code.rawValue }
  }
}
