package import Domain
package import Postgres
import Store

extension Service {
  /// Authenticates the caller and runs the command.
  ///
  /// - Parameter subject: what the command will ask for first; it is read along with the
  ///   credential, which saves a round trip.
  package func perform<C: Command>(
    for caller: Caller, about subject: Subject = .unknown, storing form: AnswerForm<C.Output>,
    _ command: @escaping @Sendable (Act) throws -> C
  ) async throws -> Outcome<C.Output> {
    try await C.perform(for: caller, about: subject, storing: form, on: self, command)
  }

  /// Authenticates the caller and runs the command, both in one transaction.
  ///
  /// With an idempotency key the answer is stored in the same transaction, so that a repeat
  /// gets it without doing anything again; a refusal by a rule is stored too.
  /// Errors: `CallFailure`, `InvalidBody`, `Refusals`, `DatabaseError`.
  func performAlone<C: Command>(
    for caller: Caller, about subject: Subject, storing form: AnswerForm<C.Output>,
    _ command: @escaping @Sendable (Act) throws -> C
  ) async throws -> Outcome<C.Output> {
    let ended = try await undisturbed {
      try await transaction(caller.lane) {
        (tx: borrowing Transaction) async throws -> Ending<C.Output> in
        subject.foresee(in: tx)
        let act = try await self.authenticate(caller, in: tx)
        guard let key = act.idempotencyKey else {
          do {
            return .outcome(
              .done(try await act.counting { try await command(act).run(by: act, in: tx) }))
          } catch let kept as KeptRefusals {
            return .refused(kept.refusals)
          }
        }
        return try await self.performOnce(key, by: act, storing: form, command, in: tx)
      }
    }
    switch ended {
    case .outcome(let outcome): return outcome
    case .refused(let refusals): throw refusals
    }
  }

  /// Authenticates the caller and looks, in one read-only transaction.
  package func look<Q: Query>(
    for caller: Caller, _ query: @escaping @Sendable (Act) throws -> Q
  ) async throws -> Q.Output {
    try await reading(caller.lane) { (tx: borrowing Transaction) async throws -> Q.Output in
      let act = try await self.authenticate(caller, in: tx)
      return try await query(act).run(by: act, in: tx)
    }
  }

  /// Runs a command without a credential: the first start, enrolments, deadlines.
  package func performUnauthenticated<C: Command>(
    _ command: C, method: Actor.Method, trace: RequestTrace?
  ) async throws -> C.Output {
    try await transaction { (tx: borrowing Transaction) async throws -> C.Output in
      let now = self.clock.read(try await ClockStore.now(in: tx))
      let actor = Actor(subject: .service, method: method, credential: nil, request: trace)
      let act = Act(
        actor: actor, holder: nil, now: now, credentialExpiresAt: nil, service: self)
      return try await command.run(by: act, in: tx)
    }
  }

  /// Looks without a credential: what anybody may see.
  package func lookUnauthenticated<Output: Sendable>(
    _ body: @escaping @Sendable (borrowing Transaction) async throws -> Output
  ) async throws -> Output {
    try await reading { (tx: borrowing Transaction) async throws -> Output in
      try await body(tx)
    }
  }

  /// Runs the work, and where it finds clock or cluster moved, begins a quarantine and runs it
  /// again: the rules refuse it then.
  private func undisturbed<R: Sendable>(_ work: () async throws -> R) async throws -> R {
    do {
      return try await work()
    } catch let disturbance as Disturbance {
      _ = try await performUnauthenticated(
        BeginQuarantine(because: disturbance), method: .service, trace: nil)
      if case .clock = disturbance { clockWatch.settle() }
    }
    do {
      return try await work()
    } catch let disturbance as Disturbance {
      throw CallFailure.unavailable(
        reason: "the database's clock or cluster does not stay the same", cause: "\(disturbance)")
    }
  }

  /// A transaction whose passing troubles are told apart from its errors.
  private func transaction<R: Sendable>(
    _ lane: PoolLane = .interactive, _ body: (borrowing Transaction) async throws -> R
  ) async throws -> R {
    do {
      return try await database.transaction(lane: lane, body)
    } catch let error as DatabaseError where error.isUnavailable {
      throw CallFailure(error)
    }
  }

  private func reading<R: Sendable>(
    _ lane: PoolLane = .interactive, _ body: (borrowing Transaction) async throws -> R
  ) async throws -> R {
    do {
      return try await database.read(lane: lane, body)
    } catch let error as DatabaseError where error.isUnavailable {
      throw CallFailure(error)
    }
  }

  private func performOnce<C: Command>(
    _ key: IdempotencyKey, by act: Act, storing form: AnswerForm<C.Output>,
    _ command: @Sendable (Act) throws -> C, in tx: borrowing Transaction
  ) async throws -> Ending<C.Output> {
    let bodyDigest = act.actor.request?.bodyDigest ?? .zero
    switch try await IdempotencyStore.claim(key, now: act.now, in: tx) {
    case .taken: throw CallFailure.idempotencyInProgress
    case .free: break
    case .answered(let stored):
      guard stored.bodyDigest == bodyDigest else { throw CallFailure.idempotencyKeyReused }
      let answer = StoredAnswer(status: Int(stored.status), bytes: stored.bytes)
      let output = try await act.counting {
        try await command(act).replayed(answer, by: act, in: tx)
      }
      if let output {
        return .outcome(.redone(output))
      }
      return .outcome(.replayed(answer))
    }
    let ending: Ending<C.Output>
    let answer: StoredAnswer
    IdempotencyStore.markEffect(in: tx)
    do {
      let output = try await act.counting { try await command(act).run(by: act, in: tx) }
      (ending, answer) = (.outcome(.done(output)), try form.accepted(output))
    } catch let kept as KeptRefusals {
      (ending, answer) = (.refused(kept.refusals), form.refused(kept.refusals))
    } catch let refusals as Refusals {
      try await IdempotencyStore.undoEffect(in: tx)
      (ending, answer) = (.refused(refusals), form.refused(refusals))
    }
    let stored = IdempotencyStore.Answer(
      bodyDigest: bodyDigest, status: Int32(answer.status), bytes: answer.bytes)
    IdempotencyStore.store(stored, for: key, now: act.now, in: tx)
    return ending
  }
}

extension Subject {
  fileprivate func foresee(in tx: borrowing Transaction) {
    switch self {
    case .unknown: break
    case .lease(let id):
      ScopeStore.prepareToLock(in: tx)
      tx.foresee(LeaseContextStore.statements([id]))
    }
  }
}

extension CallFailure {
  init(_ error: DatabaseError) {
    self =
      error.isOverload
      ? .overloaded(cause: error.description)
      : .unavailable(
        reason: "the database does not answer in time", cause: error.description)
  }
}

/// How a transaction ended: a refusal commits too where its answer is stored.
private enum Ending<Output: Sendable>: Sendable {
  case outcome(Outcome<Output>)
  case refused(Refusals)
}

extension Act {
  fileprivate var idempotencyKey: IdempotencyKey? {
    guard let request = actor.request, let key = request.idempotencyKey else { return nil }
    return IdempotencyKey(caller: actor.id, path: request.path, key: key)
  }
}
