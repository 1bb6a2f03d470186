import Domain
import Testing

@Suite("the state of a grant")
struct GrantStandingTests {
  private typealias Build = ReviewBuilder

  private let start = Build.start
  private func at(_ seconds: Int64) -> Timestamp { start.adding(seconds: seconds) }

  /// Starts at 0, ends at 1,000.
  private func standing(
    _ recorded: GrantState = .scheduled, replacedAt: Int64? = nil, evidence: Int64? = nil,
    attestation: Int64? = nil, gone: Int64? = nil, spent: Int64? = nil,
    causes: [SuspensionCause] = []
  ) -> GrantStanding {
    GrantStanding(
      id: ContentBuilder.id(GrantKind.self, 1), proposal: Build.proposal, digest: Build.digest,
      startsAt: start,
      instants: GrantInstants(
        endsAt: at(1_000), replacedAt: replacedAt.map(at), evidenceExpiresAt: evidence.map(at),
        attestationMissedAt: attestation.map(at), partyGoneAt: gone.map(at),
        spentAt: spent.map(at)),
      recorded: recorded, recordedAt: at(-10),
      suspensions: causes.map { Suspension($0, since: at(-5)) })
  }

  @Test("every state holds from its instant, whatever is on record")
  func states() {
    let table: [(GrantStanding, Int64, GrantState)] = [
      (standing(), -1, .scheduled), (standing(), 0, .active), (standing(), 999, .active),
      (standing(), 1_000, .ended), (standing(.active), 1_000, .ended),
      (standing(.suspended, causes: [.breaker]), 999, .suspended),
      (standing(.suspended, causes: [.breaker]), 1_000, .ended),
      (standing(causes: [.breaker]), -1, .scheduled),
      (standing(causes: [.breaker]), 0, .suspended),
      (standing(evidence: 50), 49, .active), (standing(evidence: 50), 50, .suspended),
      (standing(attestation: 50), 50, .suspended), (standing(gone: 50), 50, .suspended),
      (standing(gone: -50), -1, .scheduled),
      (standing(replacedAt: 50), 49, .active), (standing(replacedAt: 50), 50, .replaced),
      (standing(replacedAt: 2_000), 1_500, .ended), (standing(spent: 70), 69, .active),
      (standing(spent: 70), 70, .ended), (standing(replacedAt: 60, spent: 70), 80, .replaced),
      (standing(.revoked), 50, .revoked), (standing(.replaced), 5_000, .replaced),
    ]
    for (standing, second, state) in table {
      #expect(standing.state(at: at(second)) == state, "\(second) \(standing)")
    }
  }

  @Test("what time brought is recorded in its order, once, and ends last")
  func caughtUp() {
    let actor = Build.actor(Build.signer(1, []))
    func steps(_ standing: GrantStanding, _ second: Int64) -> [String] {
      standing.caughtUp(by: actor, at: at(second)).map { ruling in
        let change = ruling.subject
        return "\(change.from) \(change.to) \(change.suspension?.cause.rawValue ?? "-")"
      }
    }
    #expect(steps(standing(), -1).isEmpty)
    #expect(steps(standing(), 5) == ["scheduled active -"])
    #expect(steps(standing(.active), 5).isEmpty)
    #expect(
      steps(standing(evidence: 3, gone: 2), 5) == [
        "scheduled active -", "active suspended party_gone",
        "suspended suspended evidence_expired",
      ])
    #expect(
      steps(standing(causes: [.breaker]), 5) == ["scheduled active -", "active suspended -"])
    #expect(
      steps(standing(.active, evidence: 3), 2_000) == [
        "active suspended evidence_expired", "suspended ended -",
      ])
    // What comes after the end is no cause any more.
    #expect(steps(standing(.active, evidence: 1_500), 2_000) == ["active ended -"])
    #expect(steps(standing(replacedAt: -5), -1) == ["scheduled replaced -"])
    #expect(steps(standing(.ended), 2_000).isEmpty)
  }

  @Test("every cause has an owner who may decide or operate, and says what ends it")
  func causes() {
    for cause in SuspensionCause.allCases {
      #expect(cause.liftingRoles.contains(cause.owner))
      #expect(cause.liftingRoles.allSatisfy { $0.decides || $0 == .operator })
      #expect(cause.signaturesNeeded == (cause == .breaker ? 2 : 1))
      #expect(!cause.remedy.isEmpty)
    }
  }
}
