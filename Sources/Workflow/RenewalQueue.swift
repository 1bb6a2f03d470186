import Domain
import Postgres
import Synchronization

/// Renewals that arrive for a budget while a transaction for it runs at this replica: they would
/// wait for its locks, each with a connection of its own. Here they gather, and go together in the
/// next transaction (decision 29).
///
/// Whoever finds nobody before it goes at once and alone: nothing waits for a batch to fill.
package final class RenewalQueue: Sendable {
  /// A call before anything of it was looked at.
  struct Call: Sendable {
    let lease: LeaseID
    let caller: Caller
    let command: @Sendable (Act) throws -> RenewLease
  }

  typealias Lines = RenewalLines<Waiting>

  /// What becomes of a call that waits.
  enum Verdict: Sendable {
    /// It is next, and alone; it gives the line on.
    case first(Lines.Line)
    /// It cannot go with others: it goes alone, beside them.
    case alone
    case done(Result<LeaseAnswer, any Error>)
  }

  /// How many go together where nothing else is said (docs/performance.md).
  package static let batchMaxUsual = 32

  private let batchMax: Int
  private let lines = Mutex(Lines())
  private let batchCount = Atomic<Int>(0)
  private let renewalCount = Atomic<Int>(0)

  init(batchMax: Int) {
    self.batchMax = batchMax
  }

  /// What goes on: budgets with a transaction, calls that wait; and so far: batches of more than
  /// one, and the renewals in them.
  package var counts: (running: Int, waiting: Int, batches: Int, renewals: Int) {
    let (running, waiting) = lines.withLock { ($0.count, $0.waitingCount) }
    return (
      running, waiting, batchCount.load(ordering: .relaxed),
      renewalCount.load(ordering: .relaxed)
    )
  }

  /// Remembers of which budget a lease is, so that its renewals are known to belong together.
  func learn(_ lease: Lease) {
    guard batchMax > 1 else { return }
    lines.withLock { $0.learn(lease.id, lease.budget) }
  }

  /// Does the call when its turn comes: together with others, or by `alone`.
  ///
  /// Error: `CallFailure.overloaded` when too many wait for the budget.
  func pass(
    _ call: Call, with service: Service, alone: () async throws -> Outcome<LeaseAnswer>
  ) async throws -> Outcome<LeaseAnswer> {
    guard batchMax > 1 else { return try await alone() }
    let verdict: Verdict
    if let line = lines.withLock({ $0.begun(for: call.lease) }) {
      verdict = .first(line)
    } else {
      verdict = try await wait(Waiting(call))
    }
    switch verdict {
    case .first(let line):
      let outcome: Outcome<LeaseAnswer>
      do {
        outcome = try await alone()
      } catch {
        // Who goes away says nothing about the database.
        if !Task.isCancelled, (error as? CallFailure)?.isOfTheDatabase == true {
          giveUp(line)
        } else {
          goOn(line, with: service)
        }
        throw error
      }
      if case .done(let answer) = outcome { learn(answer.lease) }
      goOn(line, with: service)
      return outcome
    case .alone: return try await alone()
    case .done(let result): return .done(try result.get())
    }
  }

  private func wait(_ waiting: Waiting) async throws -> Verdict {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        waiting.begin(continuation)
        switch lines.withLock({ $0.joined(waiting, for: waiting.call.lease) }) {
        case .behind: break
        case .full:
          waiting.end(
            .failure(CallFailure.overloaded(cause: "too many renewals wait for their budget")))
        case .first(let line): waiting.end(.success(.first(line)))
        }
      }
    } onCancel: {
      // It holds nobody up: its place is passed over. What a running batch does for it is done, as
      // when an answer is lost.
      waiting.end(.failure(CallFailure(.cancelled)))
    }
  }

  /// The transaction of a line has ended: the next begins, where somebody waits.
  private func goOn(_ line: Lines.Line, with service: Service) {
    while true {
      let next = lines.withLock { $0.next(line, most: batchMax) }
      if next.isEmpty { return }
      let present = next.filter { !$0.isOver }
      if present.count > 1 {
        return service.database.spawn { await self.run(present, of: line, with: service) }
      }
      if let only = present.first, only.end(.success(.first(line))) { return }
    }
  }

  private func run(
    _ batch: [Waiting], of line: Lines.Line, with service: Service
  ) async {
    let verdicts = await service.renewTogether(batch.map(\.call))
    batchCount.add(1, ordering: .relaxed)
    for (waiting, verdict) in zip(batch, verdicts) {
      if case .done = verdict { renewalCount.add(1, ordering: .relaxed) }
      waiting.end(.success(verdict))
    }
    let isStuck = verdicts.contains { verdict in
      guard case .done(.failure(let error)) = verdict else { return false }
      return (error as? CallFailure)?.isOfTheDatabase == true
    }
    if isStuck { giveUp(line) } else { goOn(line, with: service) }
  }

  /// The database did not answer, or its rows were not to be had, for as long as may be waited:
  /// all who wait are told at once, instead of waiting as long one after the other.
  private func giveUp(_ line: Lines.Line) {
    for waiting in lines.withLock({ $0.dissolved(line) }) {
      waiting.end(
        .failure(CallFailure.overloaded(cause: "who came before got nothing of the database")))
    }
  }
}

extension RenewalQueue {
  /// A call that waits; it is told once what becomes of it.
  final class Waiting: Sendable {
    private enum State {
      case new
      case waiting(UnsafeContinuation<Verdict, any Error>)
      case over(Result<Verdict, any Error>)
    }

    let call: Call
    private let state = Mutex(State.new)

    init(_ call: Call) {
      self.call = call
    }

    /// Whether nobody waits any more.
    var isOver: Bool {
      state.withLock { if case .over = $0 { true } else { false } }
    }

    func begin(_ continuation: UnsafeContinuation<Verdict, any Error>) {
      let early = state.withLock { state -> Result<Verdict, any Error>? in
        if case .over(let result) = state { return result }
        state = .waiting(continuation)
        return nil
      }
      if let early { continuation.resume(with: early) }
    }

    /// - Returns: false where it was told before.
    @discardableResult
    func end(_ result: Result<Verdict, any Error>) -> Bool {
      let (isFirst, continuation) = state.withLock {
        state -> (Bool, UnsafeContinuation<Verdict, any Error>?) in
        switch state {
        case .new:
          state = .over(result)
          return (true, nil)
        case .waiting(let continuation):
          state = .over(result)
          return (true, continuation)
        case .over: return (false, nil)
        }
      }
      continuation?.resume(with: result)
      return isFirst
    }
  }
}
