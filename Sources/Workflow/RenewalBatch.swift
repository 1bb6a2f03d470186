import Domain
import Postgres
import Store

/// Renewals of several leases of one budget in one transaction, as if they came one after the
/// other at one instant: the scopes are locked once, everything is read together, the rule is
/// applied to each on what the ones before left, and everything is written together. One alone is
/// a batch of one.
struct RenewalBatch: Sendable {
  /// One call, as far as it is understood before anything is locked.
  struct Member: Sendable {
    let act: Act
    let pool: PoolID
    let context: LeaseContext
    let input: RenewLease.Input

    init(_ input: RenewLease.Input, by act: Act, in context: LeaseContext) throws(Refusals) {
      self.act = act
      pool = try act.pool().id
      self.context = context
      self.input = input
    }
  }

  /// What became of a member: refusals that are kept, or bad input, are its own affair.
  typealias Outcome = Result<LeaseAnswer, any Error>

  /// In the order of arrival, each of another lease, all of one budget; at least one.
  let members: [Member]

  /// What a member comes to, once the rule has spoken.
  fileprivate struct Step: Sendable {
    let act: Act
    let scene: HearingScene
    var heard: BreakerHearing?
    /// Breakers that its report moved.
    var moved: [Breaker] = []
    /// Nil: it does not go on to a next term.
    var issued: IssuedTerm?
    let outcome: Outcome
  }

  /// What became of the members. A breaker that opens reaches further than one lease: it ends the
  /// batch, and those behind it are not among the outcomes.
  ///
  /// Errors that are no member's own: nothing has happened then.
  func run(in tx: borrowing Transaction) async throws -> [Outcome] {
    let first = members[0]
    let scene = LeaseScene(
      grant: first.context.grant, budget: first.context.budget,
      seats: members.map { GroundStore.Seat($0.context) })
    // Under the locks nobody else changes the chains.
    let locked = try await scene.locked(
      by: first.act.service, at: members.map(\.act.now).max() ?? first.act.now,
      loggingIn: members.lazy.compactMap { $0.context.stream(of: $0.input.report) }.first,
      in: tx)
    let leases = Dictionary(
      locked.leases.map { ($0.view.lease.id, $0) }, uniquingKeysWith: { first, _ in first })
    var ground = locked.ground
    var steps: [Step] = []
    for (member, seat) in zip(members, locked.seats) {
      guard let standing = leases[member.context.view.lease.id] else {
        preconditionFailure("a lease does not go away: the schema says so")
      }
      member.act.places.become(locked.places(of: seat))
      let step = try await member.step(
        on: ground.ground(
          of: seat, keyEndsAt: member.act.keyEndsAt, standing: standing.account), standing, in: tx)
      ground.take(step.moved)
      if let issued = step.issued {
        ground.take(issued)
      } else if let account = step.heard?.account {
        ground.settle(standing.account, as: account)
      }
      steps.append(step)
      if step.heard?.changes.isEmpty == false { break }
    }
    try await RenewalBatch.write(steps, in: tx)
    return steps.map(\.outcome)
  }

  /// Queues everything; what was heard behind the terms, each breaker as it is in the end.
  private static func write(_ steps: [Step], in tx: borrowing Transaction) async throws {
    LeaseStore.record(
      steps.compactMap { step in
        step.issued.map {
          LeaseStore.Renewed(
            issued: $0, lastReport: step.heard?.last ?? step.scene.lastReport)
        }
      }, in: tx)
    let moved = steps.flatMap(\.moved)
    for (place, breaker) in moved.enumerated()
    where !moved[(place + 1)...].contains(where: { $0.host == breaker.host }) {
      BreakerStore.write(breaker, in: tx)
    }
    for step in steps {
      guard let heard = step.heard else { continue }
      try await step.act.keepRest(of: heard, of: step.scene, as: step.issued?.lease, in: tx)
    }
  }
}

extension RenewalBatch.Member {
  fileprivate func step(
    on ground: LeaseGround, _ standing: GroundStore.Standing, in tx: borrowing Transaction
  ) async throws -> RenewalBatch.Step {
    let lease = standing.view.lease
    let scene = HearingScene(
      lease: lease, ground: ground, lastReport: standing.lastReport, sites: context.sites)
    let heard: BreakerHearing?
    do {
      heard = try await act.hear(
        input.report, with: .renewal, holding: input.term, by: .pool(pool), in: scene, in: tx)
    } catch let invalid as InvalidBody {
      return RenewalBatch.Step(act: act, scene: scene, outcome: .failure(invalid))
    }
    do throws(Refusals) {
      let renewal = try lease.renewed(
        holding: input.term, wish: input.wish, report: input.report,
        refusedFor: heard?.refusals ?? [], by: pool, with: act.actor.credential,
        on: heard.map { ground.with($0.breakers, settled: $0.account) } ?? ground)
      let settled = heard.map { ground.with(settled: $0.account) } ?? ground
      switch renewal {
      case .repeated(let same):
        return RenewalBatch.Step(
          act: act, scene: scene, outcome: .success(answer(same, standing, settled)))
      case .next(let issued):
        return RenewalBatch.Step(
          act: act, scene: scene, heard: heard,
          moved: heard?.moved(in: scene, as: issued.lease) ?? [], issued: issued,
          outcome: .success(answer(issued.lease, standing, settled)))
      }
    } catch {
      let moved = heard?.moved(in: scene) ?? []
      guard let heard, !moved.isEmpty || heard.isMore(than: scene) else {
        return RenewalBatch.Step(act: act, scene: scene, outcome: .failure(error))
      }
      return RenewalBatch.Step(
        act: act, scene: scene, heard: heard, moved: moved, outcome: .failure(KeptRefusals(error)))
    }
  }

  private func answer(
    _ lease: Lease, _ standing: GroundStore.Standing, _ ground: LeaseGround
  ) -> LeaseAnswer {
    LeaseAnswer(
      lease, workerName: standing.view.workerName, budget: context.budget, ground: ground,
      issuer: context.issuer)
  }
}
