import CountersignTesting
import Domain
import Foundation
import Postgres
import Workflow

/// A database in which one history runs after the other, each with a proposal of its own. Whoever
/// was changed by a history is stopped, and somebody new takes the place.
struct HistoryBatch {
  let scene: ReviewScene
  let clock: ManualClock
  let start: Timestamp
  /// The accounts by their number in the model.
  private(set) var accounts: [TestPerson]
  private var made = 0

  /// Noon in Shanghai of today, where every history begins.
  static let noon: Timestamp = {
    let today = LocalDate(daysSince1970: Int32(Date().timeIntervalSince1970 / 86_400))
    return Timestamp(microseconds: Int64(today.daysSince1970) * 86_400_000_000)
      .adding(seconds: 4 * 3_600)
  }()

  init(_ service: Service, _ clock: ManualClock) async throws {
    self.clock = clock
    start = HistoryBatch.noon
    clock.set(to: start.adding(seconds: -3_600))
    scene = try await ReviewScene(service)
    for other in [scene.legal, scene.risk, scene.both] { try await scene.stop(other.id) }
    _ = try await service.bootstrap(GiveRole(person: scene.requester.id, role: .riskReviewer))
    _ = try await service.bootstrap(GiveRole(person: scene.owner.id, role: .legalReviewer))
    let second = try await service.makePerson(
      "pm-again", .legalReviewer, sameAs: scene.requester.id)
    let parties = [scene.requester, scene.owner, scene.deputy, scene.maintainer]
    accounts = parties + Array(repeating: second, count: 6)
    try await renew([4, 5, 6, 7, 9])
  }

  /// Somebody new takes each of these places; with a reviewer the second account goes, too.
  private mutating func renew(_ places: Set<Int>) async throws {
    clock.set(to: start.adding(seconds: -3_600))
    for place in (places.contains(4) ? places.union([7]) : places).sorted() {
      made += 1
      let account = try await scene.service.makePerson(
        "reviewer\(made)", sameAs: place == 7 ? accounts[4].id : nil)
      for role in ReferenceModel.cast[place].roles {
        _ = try await scene.service.bootstrap(
          GiveRole(person: account.id, role: role.product))
      }
      accounts[place] = account
    }
  }

  /// Stops whoever was changed, and whoever is a second account of theirs, and fills the places.
  mutating func replace(_ changed: Set<Int>) async throws {
    clock.set(to: start.adding(seconds: -3_600))
    let places = changed.contains(4) ? changed.union([7]) : changed
    for place in places { try await scene.stop(accounts[place].id) }
    if !places.isEmpty { try await renew(places) }
  }

  /// Runs one history to its end.
  mutating func run(seed: UInt64) async throws -> HistoryTally {
    clock.set(to: start)
    let proposal = try await HistoryProposal(scene, clock, accounts, start: start, seed: seed)
    var history = History(of: proposal, seed: seed)
    try await history.run()
    // Before the clock goes back: what the next history takes away was still held in this one.
    let unfounded = try await unfounded(proposal.id)
    if !unfounded.isEmpty { throw NoQuorum(seed: seed, grants: unfounded) }
    try await replace(history.changed)
    return history.tally
  }

  private func unfounded(_ proposal: ProposalID) async throws -> [String] {
    try await scene.service.database.read { (tx: borrowing Transaction) in
      try await tx.query(Self.selectUnfounded, [.text(proposal.text)]).map { try $0.text(0) }
    }
  }

  private static let selectUnfounded = Statement(Quorum.unfounded)
}

/// Grants of a history that lack a signature, with what speaks for and against the others.
struct NoQuorum: Error {
  let seed: UInt64
  let grants: [String]
}

extension ReviewScene {
  /// An administrator stops or wakes an account.
  func change(_ person: PersonID, isActive: Bool) async throws {
    let version = try await service.look(as: administrator, ShowPerson(person: person))
      .person.version
    let input = ChangePerson.Input(name: nil, active: isActive, samePersonAs: nil)
    _ = try await service.act(
      as: administrator, ChangePerson(person: person, version: version, input: .success(input)))
  }

  func stop(_ person: PersonID) async throws {
    try await change(person, isActive: false)
  }
}
