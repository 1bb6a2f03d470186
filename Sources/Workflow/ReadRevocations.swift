package import Domain
import Postgres
import Store

/// Epoch events after a number, or the newest ones for whoever knows none.
struct ReadRevocations: Query {
  let since: Int64?

  struct Output: Sendable {
    let page: EpochStore.Page
    let at: Timestamp
    /// The enforcement point that asks, if it is one.
    let point: String?
  }

  func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let start = act.now.adding(seconds: -StopBound.tellSeconds)
    var page: EpochStore.Page
    if let since {
      page = try await EpochStore.page(after: since, in: tx)
      // A number from before the database was restored: whoever asks begins anew.
      if page.current < since { page = try await EpochStore.page(since: start, in: tx) }
    } else {
      page = try await EpochStore.page(since: start, in: tx)
    }
    return Output(page: page, at: act.now, point: act.enforcementPoint)
  }
}

extension Act {
  /// The id of the enforcement point that calls: a gateway, or a pool that enforces itself.
  var enforcementPoint: String? {
    switch holder {
    case .gateway(let id, _)?: id.text
    case .pool(let id, _, nil)?: id.text
    case .pool?, .person?, nil: nil
    }
  }
}

/// What is asked for at `GET /v1/revocations`.
package struct RevocationQuestion: Hashable, Sendable {
  /// The last number that the asker has taken in; nil: none.
  package let since: Int64?
  /// How long the asker would wait when there is nothing new.
  package let waitSeconds: Int64
  /// The number of the answer that the asker still has, by its entity tag.
  package let held: Int64?

  package init(since: Int64?, waitSeconds: Int64, held: Int64?) {
    self.since = since
    self.waitSeconds = waitSeconds
    self.held = held
  }

  /// Up to where nothing is news to the asker.
  var taken: Int64? { [since, held].compactMap(\.self).max() }
}

/// Epoch events, and the number to ask with the next time.
package struct Revocations: Sendable {
  package let events: [EpochEvent]
  package let next: Int64

  init(_ page: EpochStore.Page) {
    events = page.events
    // Behind a full page there may be more.
    next =
      page.events.count < EpochStore.Page.eventsMax
      ? page.current : page.events.last?.epoch ?? page.current
  }

  init(events: [EpochEvent], next: Int64) {
    self.events = events
    self.next = next
  }
}

extension Service {
  /// The epoch events that are news to the caller: at once, or when there are any, or when the
  /// time is over. What an enforcement point names as taken in is its acknowledgement.
  package func revocations(
    for caller: Caller, _ question: @escaping @Sendable () throws -> RevocationQuestion
  ) async throws -> Revocations {
    let (asked, answer) = try await ask(for: caller, question)
    let waitSeconds = min(asked.waitSeconds, StopBound.waitSecondsMax)
    guard waitSeconds > 0, asked.taken == answer.next else { return answer }
    let until = ContinuousClock.now.advanced(by: .seconds(waitSeconds))
    switch await feed.wait(for: answer.next, until: until) {
    case .nothing: return answer
    case .events(let events):
      let next = events.last?.epoch ?? answer.next
      return Revocations(events: answer.events + events, next: next)
    case .forgotten: return try await ask(for: caller, question).answer
    case .silence:
      throw CallFailure.unavailable(
        reason: "the database does not answer in time", cause: "no epoch events can be read")
    }
  }

  private func ask(
    for caller: Caller, _ question: @escaping @Sendable () throws -> RevocationQuestion
  ) async throws -> (question: RevocationQuestion, answer: Revocations) {
    let found = try await feed.doorway.pass {
      try await look(for: caller) { _ in ReadRevocations(since: try question().since) }
    }
    let asked = try question()
    if let point = found.point {
      feed.saw(
        EnforcementPointStore.Sighting(
          point: point, at: found.at, epoch: min(asked.taken ?? 0, found.page.current)))
    }
    return (asked, Revocations(found.page))
  }
}
