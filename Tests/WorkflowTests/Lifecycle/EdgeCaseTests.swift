import CountersignTesting
import Domain
import Testing
import Workflow

/// Edge cases of the lifecycle that no other suite names.
@Suite("edge cases of the lifecycle")
struct EdgeCaseTests {
  @Test("editor whose text was reverted: the round of the old bytes is closed to them for ever")
  func revertedEditor() async throws {
    try await ReviewScene.with { scene, _ in
      let first = try await scene.submitted()
      try await scene.decide(first, scene.legal, .legalReviewer)
      let theirs = try await scene.revise(first, by: scene.legal) {
        $0.replacing("max_rps: 0.5", with: "max_rps: 0.4")
      }
      try await scene.submit(theirs)
      let back = try await scene.revise(theirs) { $0 }
      #expect(back.digest == first.digest)
      try await scene.submit(back)
      #expect(
        try await refusalCodes { try await scene.decide(back, scene.legal, .legalReviewer) }
          == ["editor_decision"])
      try await scene.decide(back, scene.risk, .riskReviewer)
      #expect(try await scene.show(back).seats.map(\.filledBy) == [nil, scene.risk.id])
      #expect(try await scene.show(back).status == .inReview)
      #expect(try await scene.grants().isEmpty)
    }
  }

  @Test("one administrator alone gives a deciding role: nothing changes until another one does")
  func oneAdministrator() async throws {
    try await ReviewScene.with { scene, _ in
      let proposal = try await scene.submitted()
      let lawyer = try await scene.service.makePerson("new-lawyer")
      let second = try await scene.secondAdministrator()
      let give = GiveRole(person: lawyer.id, role: .legalReviewer)
      for _ in 0..<3 {
        guard case .awaitingSecond = try await scene.service.act(as: scene.administrator, give)
        else {
          Issue.record("one administrator alone gave a deciding role")
          return
        }
        #expect(
          try await refusalCodes { try await scene.decide(proposal, lawyer, .legalReviewer) }
            == ["role_not_held"])
      }
      guard case .held = try await scene.service.act(as: second, give) else {
        Issue.record("two administrators did not suffice")
        return
      }
      try await scene.decide(proposal, lawyer, .legalReviewer)
      #expect(try await scene.show(proposal).seats.map(\.filledBy) == [lawyer.id, nil])
    }
  }

  @Test("approval after decide_by: refused from that instant on, without any job")
  func lateApproval() async throws {
    try await ReviewScene.with { scene, clock in
      let late = try await scene.submitted()
      let inTime = try await scene.submitted { $0.replacing("Price", with: "Other price") }
      for proposal in [late, inTime] {
        try await scene.decide(proposal, scene.legal, .legalReviewer)
      }
      let deadline = try #require(try await scene.show(inTime).round).decideBy
      clock.set(to: deadline.adding(microseconds: -1))
      try await scene.decide(inTime, scene.risk, .riskReviewer)
      #expect(try await scene.show(inTime).status == .approved)
      clock.set(to: try #require(try await scene.show(late).round).decideBy)
      #expect(try await scene.show(late).status == .lapsed)
      #expect(
        try await refusalCodes { try await scene.decide(late, scene.risk, .riskReviewer) }
          == ["lapsed"])
      clock.set(to: deadline.adding(seconds: 30 * 86_400))
      #expect(
        try await refusalCodes {
          try await scene.decide(late, scene.both, .riskReviewer, .reject)
        } == ["lapsed"])
      #expect(try await scene.decisions(late).count == 1)
      #expect(try await scene.show(late).grant == nil)
      #expect(try await scene.grants().count == 1)
    }
  }

  /// Hours in Berlin in the night in which the clocks change, as an outsider with UTC sees them.
  struct Night: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let day: String
    /// Minutes of the day in UTC, and whether a lease is given then.
    let asked: [(minute: Int64, isOpen: Bool)]
    /// Where it is first closed: when it is said to open.
    let opensAt: Int64
  }

  static let nights = [
    Night(
      testDescription: "an ordinary night in winter", day: "2030-03-30",
      asked: [(89, false), (90, true), (149, true), (150, false)], opensAt: 90),
    Night(
      testDescription: "02:00 to 03:00 is skipped, and half an hour with it", day: "2030-03-31",
      asked: [(30, false), (59, false), (60, true), (89, true), (90, false)], opensAt: 60),
    Night(
      testDescription: "02:00 to 03:00 comes twice, and half an hour with it", day: "2030-10-27",
      asked: [
        (29, false), (30, true), (59, true), (60, false), (89, false), (90, true), (149, true),
        (150, false),
      ], opensAt: 30),
  ]

  @Test("DST in windows: leases are given by the wall's clock where the site is", arguments: nights)
  func daylightSaving(night: Night) async throws {
    try await TestService.with { service, clock in
      let date = try #require(LocalDate(night.day))
      let midnight = Timestamp(microseconds: LocalTime(date: date).microseconds)
      clock.set(to: midnight.adding(seconds: -86_400))
      let grant = try await service.makeGrant {
        $0.timeZone = "Europe/Berlin"
        $0.windows = #"[{"days":"all","start":"02:30","end":"03:30"}]"#
      }
      for (index, ask) in night.asked.enumerated() {
        clock.set(to: midnight.adding(seconds: ask.minute * 60))
        let answer = try await outcome {
          try await grant.grantLease(service, worker: "spider-\(index)")
        }
        switch answer {
        case .success(let held):
          #expect(ask.isOpen, "minute \(ask.minute)")
          let closes = try #require(night.asked.first { !$0.isOpen && $0.minute > ask.minute })
          #expect(held.lease.term.expiresAt <= midnight.adding(seconds: closes.minute * 60))
        case .failure(let refusals):
          #expect(!ask.isOpen, "minute \(ask.minute): \(refusals)")
          #expect(refusals.all.map(\.code) == [.outsideWindow])
          guard index == 0 else { continue }
          let opens = midnight.adding(seconds: night.opensAt * 60)
          #expect(refusals.all == [.outsideWindow(nextOpensAt: opens)])
        }
      }
    }
  }
}
