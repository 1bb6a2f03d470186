import CountersignTesting
import Domain
import Workflow

/// One history, done to the service and to the model step by step.
struct HistoryRun {
  /// Where service and model part, after which steps.
  struct Disagreement: CustomStringConvertible {
    let seed: UInt64
    let steps: [HistoryAction]
    let said: String
    let expected: String

    var description: String {
      let lines = steps.enumerated().map { "  \($0.offset + 1). \($0.element)" }
      return """
        seed \(seed), step \(steps.count): the service says \(said); the model says \(expected)
        \(lines.joined(separator: "\n"))
        """
    }
  }

  private let scene: ReviewScene
  private let clock: ManualClock
  private let accounts: [TestPerson]
  private let start: Timestamp
  private let seed: UInt64
  private let host: String
  private var dice: HistoryDice
  private var model = ReferenceModel()
  private let reference: ProposalReference
  /// The digest of each content that was written, by its number.
  private var digests: [Int: Digest]
  private var decisions: [[DecisionID]] = []
  private var locks: [LockID] = []
  private var grants: [GrantID] = []
  private var view: ProposalView
  /// Its proposal.
  var proposal: ProposalID { view.proposal.id }
  private(set) var changed: Set<Int> = []
  private(set) var tally = Tally()

  init(
    _ scene: ReviewScene, _ clock: ManualClock, _ accounts: [TestPerson], start: Timestamp,
    seed: UInt64
  ) async throws {
    (self.scene, self.clock, self.accounts) = (scene, clock, accounts)
    (self.start, self.seed) = (start, seed)
    dice = HistoryDice(seed: seed)
    host = "www.history\(String(seed, radix: 36)).com"
    let made = try await scene.proposed(HistoryRun.edit(content: 0, host, start))
    reference = made.reference
    digests = [0: made.digest]
    view = try await scene.show(made)
  }

  /// Does twenty to forty steps; stops at the first disagreement.
  mutating func all() async throws -> Disagreement? {
    var steps: [HistoryAction] = []
    defer { count() }
    for _ in 0..<Int.random(in: 20...40, using: &dice) {
      model.now += 1
      let action = model.nextAction(&dice)
      steps.append(action)
      if let person = action.changed { changed.insert(person) }
      let before = model
      let expected = model.perform(action)
      clock.set(to: start.adding(seconds: Int64(model.now)))
      let codes = try await perform(action, in: before)
      tally.steps += 1
      if !codes.isEmpty { tally.refused += 1 }
      if !fits(codes, expected) {
        return Disagreement(
          seed: seed, steps: steps, said: "\(codes)", expected: "\(expected)")
      }
      // A refusal changes nothing: that shows at the next look, and looking costs most.
      guard codes.isEmpty else { continue }
      let (said, wanted) = (try await look(), standing())
      if said != wanted {
        return Disagreement(seed: seed, steps: steps, said: said, expected: wanted)
      }
    }
    let (said, wanted) = (try await grantsNow(), grantsWanted())
    return said == wanted
      ? nil : Disagreement(seed: seed, steps: steps, said: said, expected: wanted)
  }

  private mutating func count() {
    tally.histories = 1
    tally.grants = model.grants.count
    tally.countered = model.rounds.count { $0.offered != nil }
  }

  private func fits(_ codes: [String], _ expected: Expectation) -> Bool {
    switch expected {
    case .accepted: codes.isEmpty
    case .refused(let first, let all):
      codes.first == first && (all.map { $0 == Set(codes) } ?? true)
    case .refusedSomehow: !codes.isEmpty
    case .indifferent: true
    }
  }

  // MARK: what both say

  private mutating func look() async throws -> String {
    view = try await scene.show((reference, .zero))
    if let grant = view.grant?.standing.id, !grants.contains(grant) { grants.append(grant) }
    let seats = view.seats.map { seat in
      seat.filledBy.flatMap { id in accounts.firstIndex { $0.id == id } }
    }
    return said(
      view.status.rawValue, view.effectiveStatus,
      view.status == .inReview || view.status == .countered ? seats : [],
      view.grant.map { grant in grants.firstIndex(of: grant.standing.id) ?? -1 },
      view.grantState?.rawValue)
  }

  private func standing() -> String {
    said(
      model.status, model.effectiveStatus, model.isOpen ? model.signers : [], model.grantShown,
      model.grantShown.map { model.state(of: model.grants[$0]) })
  }

  private func said(
    _ status: String, _ effective: String, _ seats: [Int?], _ grant: Int?, _ state: String?
  ) -> String {
    let filled = seats.map { $0.map(String.init) ?? "-" }.joined(separator: ",")
    let shown = grant.map { "grant \($0 + 1) \(state ?? "-")" } ?? "no grant"
    return "\(status) (\(effective)), seats [\(filled)], \(shown)"
  }

  /// State and rate of every grant.
  private func grantsNow() async throws -> String {
    var lines: [String] = []
    for id in grants {
      let view = try await scene.service.look(as: scene.requester, ShowGrant(grant: id)).view
      guard case .object(let terms) = view.grant.terms,
        case .array(let budgets)? = terms["budgets"],
        case .object(let budget)? = budgets.first, let rate = budget["max_rps"]
      else { return "\(id) has no rate" }
      lines.append("\(view.state.rawValue) at \(rate)")
    }
    return lines.joined(separator: "; ")
  }

  private func grantsWanted() -> String {
    model.grants.map {
      "\(model.state(of: $0)) at \(JSON(Rate(milliRPS: Int64($0.rate))))"
    }.joined(separator: "; ")
  }

  // MARK: what is done

  private mutating func perform(
    _ action: HistoryAction, in before: ReferenceModel
  ) async throws -> [String] {
    do {
      switch action {
      case .decide, .submit, .accept, .decline, .withdraw, .retract, .revise:
        try await review(action, in: before)
      case .lock(let person):
        let input = PlaceLock.Input(scope: .proposal(view.proposal.id), reason: "wait")
        locks.append(
          try await scene.service.act(as: accounts[person], PlaceLock(input: .success(input))).id)
      case .release(let person, let lock):
        _ = try await scene.service.act(
          as: accounts[person], ReleaseLock(lock: locks[lock], reason: .success("go on")))
      case .revoke(let person, let grant):
        _ = try await scene.service.act(
          as: accounts[person], RevokeGrant(grant: grants[grant], reason: .success("stop")))
      case .give, .take, .stop, .wake, .wait, .record: try await administer(action)
      }
      return []
    } catch let refusals as Refusals {
      let codes = refusals.all.map(\.code.rawValue)
      return [refusals.first.code.rawValue] + codes
    } catch let CallFailure.unauthenticated(reason) {
      return ["unauthenticated", reason]
    }
  }

  private mutating func review(
    _ action: HistoryAction, in before: ReferenceModel
  ) async throws {
    let newest = digests[before.contents[before.contents.count - 1]] ?? .zero
    switch action {
    case .revise(let person, let content):
      digests[content] = try await scene.revise(
        (reference, newest), by: accounts[person], HistoryRun.edit(content: content, host, start)
      ).digest
    case .submit(let person, let isStale):
      try await scene.submit((reference, isStale ? .zero : newest), by: accounts[person])
      decisions.append([])
    case .decide(let decision, let isStale):
      let content = before.rounds.last?.content ?? before.contents[before.contents.count - 1]
      let digest = isStale ? .zero : digests[content] ?? .zero
      let made = try await scene.decide(
        (reference, digest), accounts[decision.person], HistoryRun.role(decision.role),
        HistoryRun.verdict(decision.verdict), under: try conditions(decision, on: content))
      decisions[decisions.count - 1].append(made.id)
    case .retract(let person, let round, let index):
      _ = try await scene.service.act(
        as: accounts[person],
        RetractDecision(decision: decisions[round][index], reason: .success(nil)))
    case .accept(let person, let isStale):
      let offered = view.numbers?.counter?.digest ?? .zero
      try await scene.accept(
        (reference, newest), by: accounts[person], echoing: isStale ? newest : offered)
    case .decline(let person): try await scene.decline((reference, newest), by: accounts[person])
    case .withdraw(let person): try await scene.withdraw((reference, newest), by: accounts[person])
    default: break
    }
  }

  private func administer(_ action: HistoryAction) async throws {
    switch action {
    case .give(let person, let role):
      _ = try await scene.service.bootstrap(
        GiveRole(person: accounts[person].id, role: HistoryRun.role(role)))
    case .take(let person, let role):
      _ = try await scene.service.act(
        as: scene.administrator,
        TakeRole(person: accounts[person].id, role: HistoryRun.role(role)))
    case .stop(let person): try await scene.change(accounts[person].id, isActive: false)
    case .wake(let person): try await scene.change(accounts[person].id, isActive: true)
    case .record:
      if let round = view.round?.id {
        _ = try await scene.service.bootstrap(RecordLapse(round: round))
      }
      for grant in grants { try await scene.service.bootstrap(CatchUpGrant(grant: grant)) }
    default: break
    }
  }

  // MARK: words of the product

  static func role(_ role: ReferenceModel.Role) -> Role {
    switch role {
    case .legal: .legalReviewer
    case .risk: .riskReviewer
    case .business: .businessOwner
    case .operator: .operator
    }
  }

  private static func verdict(_ verdict: ReferenceModel.Verdict) -> Decision.Verdict {
    switch verdict {
    case .approve: .approve
    case .requestChanges: .requestChanges
    case .reject: .reject
    }
  }

  private func conditions(
    _ decision: ReferenceModel.Decision, on content: Int
  ) throws -> Conditions? {
    func hour(_ start: Int) throws -> WindowSet {
      WindowSet([
        try Window(
          days: Weekday.allCases, start: ClockTime(minute: start * 60),
          end: ClockTime(minute: start * 60 + 60))
      ])
    }
    switch decision.condition {
    case .none: return nil
    case .slow, .slower, .equal, .wide:
      let asked = ReferenceModel.rates[content]
      let rate = Rate(milliRPS: Int64(ReferenceModel.rate(under: decision.condition, asked)))
      return ReviewScene.conditions(maxRate: rate)
    case .morning: return ReviewScene.conditions(windows: try hour(2))
    case .evening: return ReviewScene.conditions(windows: try hour(4))
    }
  }

  /// The polite example with another rate, another host, and days counted from the beginning.
  private static func edit(
    content: Int, _ host: String, _ start: Timestamp
  ) -> (String) -> String {
    let rate = "0.\(ReferenceModel.rates[content] / 100)"
    return {
      $0.replacing("max_rps: 0.5", with: "max_rps: \(rate)")
        .replacing("www.example.com", with: host)
        .replacing("starts_on: today", with: "starts_on: \(start.utcDate)")
        .replacing("ends_on: +60d", with: "ends_on: \(start.utcDate.adding(days: 60))")
    }
  }
}
