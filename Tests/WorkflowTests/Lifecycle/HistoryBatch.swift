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
          GiveRole(person: account.id, role: HistoryRun.role(role)))
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

  /// Runs one history; gives the first step on which product and model disagree.
  mutating func run(
    seed: UInt64
  ) async throws -> (disagreement: HistoryRun.Disagreement?, tally: Tally) {
    clock.set(to: start)
    var run = try await HistoryRun(scene, clock, accounts, start: start, seed: seed)
    let found = try await run.all()
    // Before the clock goes back: what the next history takes away was still held in this one.
    let unfounded = try await unfounded(run.proposal)
    try await replace(run.changed)
    if !unfounded.isEmpty { throw NoQuorum(seed: seed, grants: unfounded) }
    return (found, run.tally)
  }

  /// Grants without every seat of their round filled, in time, by distinct people who held the
  /// role from the decision to the grant and were neither party nor editor by then.
  func unfounded(_ proposal: ProposalID) async throws -> [String] {
    try await scene.service.database.read { (tx: borrowing Transaction) in
      try await tx.query(Self.selectUnfounded, [.text(proposal.text)]).map { try $0.text(0) }
    }
  }

  /// Each with what speaks for and against its signatures.
  private static let selectUnfounded = Statement(
    """
    WITH signed AS (
      SELECT g.id AS grant_id, d.role, d.identity,
        EXISTS (SELECT FROM decision_voids v WHERE v.decision = d.id) AS is_void,
        EXISTS (
          SELECT FROM revisions r JOIN proposals o ON o.id = r.proposal
          JOIN people w ON w.id IN (o.requester, r.author, r.owner, r.deputy, r.maintainer)
          WHERE r.proposal = g.proposal AND r.created_at <= g.created_at
            AND w.identity = d.identity) AS is_excluded,
        EXISTS (
          SELECT FROM role_assignments a
          WHERE a.person = d.person AND a.role = d.role AND a.given_at <= d.decided_at
            AND (a.taken_at IS NULL OR a.taken_at >= g.created_at)) AS is_held
      FROM grants g
      JOIN decisions d ON d.round = g.round AND d.verdict = 'approve'
        AND d.decided_at <= g.created_at
      WHERE g.proposal = $1::text),
    counted AS (
      SELECT * FROM signed WHERE NOT is_void AND NOT is_excluded AND is_held)
    SELECT g.id || ': ' || coalesce((
        SELECT string_agg(format('%s by %s void %s excluded %s held %s',
          s.role, s.identity, s.is_void, s.is_excluded, s.is_held), '; ')
        FROM signed s WHERE s.grant_id = g.id), 'unsigned')
    FROM grants g
    WHERE g.proposal = $1::text AND (
      (SELECT count(*) FROM round_seats s WHERE s.round = g.round) < 2
      OR (SELECT count(DISTINCT c.identity) FROM counted c WHERE c.grant_id = g.id)
        < (SELECT count(*) FROM round_seats s WHERE s.round = g.round)
      OR EXISTS (
        SELECT FROM round_seats s WHERE s.round = g.round AND NOT EXISTS (
          SELECT FROM counted c WHERE c.grant_id = g.id AND c.role = s.role)))
    ORDER BY g.id
    """)
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
