import CountersignTesting
import Domain
import Workflow

/// A proposal of its own in a service with a manual clock, to which a history is done.
struct HistoryProposal: HistorySubject {
  static let place = ReferenceModel.Place.ownDatabase

  private let scene: ReviewScene
  private let clock: ManualClock
  private let accounts: [TestPerson]
  private let start: Timestamp
  private let host: String
  private let reference: ProposalReference
  /// The digest of each content that was written, by its number.
  private var digests: [Int: Digest]
  private var decisions: [[DecisionID]] = []
  private var locks: [LockID] = []
  private var grantsSeen: [GrantID] = []
  private var view: ProposalView

  var id: ProposalID { view.proposal.id }

  /// Drafts it.
  ///
  /// - Parameter seed: of the history, which its host names.
  init(
    _ scene: ReviewScene, _ clock: ManualClock, _ accounts: [TestPerson], start: Timestamp,
    seed: UInt64
  ) async throws {
    (self.scene, self.clock, self.accounts, self.start) = (scene, clock, accounts, start)
    host = "www.history\(String(seed, radix: 36)).com"
    let made = try await scene.proposed(HistoryProposal.edit(content: 0, host, start))
    reference = made.reference
    digests = [0: made.digest]
    view = try await scene.show(made)
  }

  // MARK: what it says

  mutating func look() async throws -> HistoryStanding {
    view = try await scene.show((reference, .zero))
    if let grant = view.grant?.standing.id, !grantsSeen.contains(grant) {
      grantsSeen.append(grant)
    }
    return HistoryStanding(
      status: view.status.rawValue, effectiveStatus: view.effectiveStatus,
      signers: view.seats.map { seat in
        seat.filledBy.flatMap { id in accounts.firstIndex { $0.id == id } }
      },
      grant: view.grant.map { grant in grantsSeen.firstIndex(of: grant.standing.id) ?? -1 },
      grantState: view.grantState?.rawValue)
  }

  func grants() async throws -> [String] {
    var lines: [String] = []
    for id in grantsSeen {
      let view = try await scene.service.look(as: scene.requester, ShowGrant(grant: id)).view
      guard case .object(let terms) = view.grant.terms,
        case .array(let budgets)? = terms["budgets"],
        case .object(let budget)? = budgets.first, let rate = budget["max_rps"]
      else { return ["\(id) has no rate"] }
      lines.append("\(view.state.rawValue) at \(rate)")
    }
    return lines
  }

  // MARK: what is done

  mutating func perform(
    _ action: HistoryAction, in before: ReferenceModel, at now: Int
  ) async throws -> [String] {
    clock.set(to: start.adding(seconds: Int64(now)))
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
          as: accounts[person], RevokeGrant(grant: grantsSeen[grant], reason: .success("stop")))
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
        (reference, newest), by: accounts[person],
        HistoryProposal.edit(content: content, host, start)
      ).digest
    case .submit(let person, let isStale):
      try await scene.submit((reference, isStale ? .zero : newest), by: accounts[person])
      decisions.append([])
    case .decide(let decision, let isStale):
      let content = before.rounds.last?.content ?? before.contents[before.contents.count - 1]
      let digest = isStale ? .zero : digests[content] ?? .zero
      let made = try await scene.decide(
        (reference, digest), accounts[decision.person], decision.role.product,
        decision.verdict.product, under: try conditions(decision, on: content))
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
        GiveRole(person: accounts[person].id, role: role.product))
    case .take(let person, let role):
      _ = try await scene.service.act(
        as: scene.administrator,
        TakeRole(person: accounts[person].id, role: role.product))
    case .stop(let person): try await scene.change(accounts[person].id, isActive: false)
    case .wake(let person): try await scene.change(accounts[person].id, isActive: true)
    case .record:
      if let round = view.round?.id {
        _ = try await scene.service.bootstrap(RecordLapse(round: round))
      }
      for grant in grantsSeen { try await scene.service.bootstrap(CatchUpGrant(grant: grant)) }
    default: break
    }
  }

  // MARK: words of the product

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
