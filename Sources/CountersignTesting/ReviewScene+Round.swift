package import Domain
package import Workflow

/// A proposal of a test: what names it, and the digest under review.
package typealias TestProposal = (reference: ProposalReference, digest: Digest)

/// What people do with a round beside deciding.
extension ReviewScene {
  /// Somebody writes another revision; `edit` changes the polite example.
  package func revise(
    _ proposal: TestProposal, by person: TestPerson? = nil, _ edit: (String) -> String
  ) async throws -> TestProposal {
    let added = try await service.act(
      as: person ?? requester,
      AddRevision(proposal: proposal.reference, document: try document(edit)))
    return (proposal.reference, added.digest)
  }

  package func submit(_ proposal: TestProposal, by person: TestPerson? = nil) async throws {
    _ = try await service.act(
      as: person ?? requester,
      SubmitProposal(proposal: proposal.reference, digest: .success(proposal.digest)))
  }

  package func withdraw(_ proposal: TestProposal, by person: TestPerson? = nil) async throws {
    _ = try await service.act(
      as: person ?? requester,
      WithdrawProposal(proposal: proposal.reference, reason: .success("not needed")))
  }

  /// Accepts the counter-offer that is there now, or the digest given.
  package func accept(
    _ proposal: TestProposal, by person: TestPerson? = nil, echoing digest: Digest? = nil
  ) async throws {
    let offered = try await show(proposal).numbers?.counter?.digest
    _ = try await service.act(
      as: person ?? requester,
      AcceptCounter(
        proposal: proposal.reference, digest: .success(digest ?? offered ?? .zero)))
  }

  package func decline(_ proposal: TestProposal, by person: TestPerson? = nil) async throws {
    _ = try await service.act(
      as: person ?? requester,
      DeclineCounter(
        proposal: proposal.reference, input: .success(.init(digest: nil, reason: nil))))
  }

  package func retract(_ decision: Decision, by person: TestPerson) async throws {
    _ = try await service.act(
      as: person, RetractDecision(decision: decision.id, reason: .success(nil)))
  }

  /// Every decision on a proposal, oldest first.
  package func decisions(_ proposal: TestProposal) async throws -> [ListedDecision] {
    try await service.look(
      as: requester, ListDecisions(proposal: proposal.reference, after: nil, limit: 200))
  }

  /// Every grant there is.
  package func grants() async throws -> [GrantView] {
    try await service.look(
      as: requester, ListGrants(status: nil, site: nil, after: nil, limit: 200))
  }

  /// Conditions on the first target.
  package static func conditions(
    maxRate: Rate? = nil, burst: Int64? = nil, dailyRequests: Int64? = nil,
    windows: WindowSet? = nil, endsOn: LocalDate? = nil
  ) -> Conditions {
    Conditions(
      targets: [
        TargetConditions(
          index: 0, maxRate: maxRate, burst: burst, dailyRequests: dailyRequests,
          windows: windows)
      ], endsOn: endsOn, note: nil)
  }
}
