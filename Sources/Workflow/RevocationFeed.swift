import Domain
import Store
import Synchronization

/// The newest epoch events as this replica knows them, and everybody who waits for the next one.
///
/// Who waits holds no connection to the database: one reader asks for all of them (`FeedWatch`),
/// when it is told that there is something and every few seconds besides.
package final class RevocationFeed: Sendable {
  /// Without a word from the database for so long nobody is told that nothing has happened.
  static let silenceMax = Duration.seconds(5)

  /// What somebody who waited is told.
  enum News: Sendable {
    /// At least one, after the number that was asked about.
    case events([EpochEvent])
    case nothing
    /// More has happened than is remembered.
    case forgotten
    /// The database has not been heard.
    case silence
  }

  private struct Waiter {
    let epoch: Int64
    let until: ContinuousClock.Instant
    let continuation: UnsafeContinuation<Void, Never>
  }

  private struct State {
    var memory = FeedMemory()
    var waiters: [Int: Waiter] = [:]
    var lastWaiter = 0
    var sightings = PointSightings()
    /// Whether somebody reads; without it nobody waits.
    var isWatched = false
    var hasEnded = false
    var isReadWanted = false
    var reader: UnsafeContinuation<Void, Never>?
    var readAt: ContinuousClock.Instant?
  }

  /// How many ask the database at once; the others wait here, so that a crowd that was woken
  /// together leaves room to the leases.
  let doorway = Doorway(width: 16)
  private let state = Mutex(State())

  package init() {}

  /// Something may have happened: it is read soon. From any thread.
  package func hear() {
    let reader = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      state.isReadWanted = true
      return state.reader.take()
    }
    reader?.resume()
  }

  // MARK: Those who wait

  /// Waits until there is an event after a number, or until an instant; not at all while nobody
  /// reads. Also ends when the task is cancelled.
  func wait(for epoch: Int64, until: ContinuousClock.Instant) async -> News {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    await withTaskCancellationHandler {
      await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
        let isOver = state.withLock { state in
          let isNew = state.memory.known.map { epoch < $0 } ?? false
          guard state.isWatched, !isNew, !Task.isCancelled else { return true }
          state.waiters[number] = Waiter(epoch: epoch, until: until, continuation: continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
    }
    return news(after: epoch)
  }

  private func news(after epoch: Int64) -> News {
    state.withLock { state in
      if let events = state.memory.events(after: epoch) {
        if !events.isEmpty { return .events(events) }
      } else if state.memory.known != nil {
        return .forgotten
      }
      let isHeard = state.readAt?.isRecent ?? false
      return isHeard || !state.isWatched ? .nothing : .silence
    }
  }

  /// How many wait.
  package var waitingCount: Int { state.withLock { $0.waiters.count } }

  /// Tells everybody whose time is over.
  func expire(at now: ContinuousClock.Instant) {
    wake { $0.until <= now }
  }

  private func wake(_ isDue: (Waiter) -> Bool) {
    let due = state.withLock { state in
      let due = state.waiters.filter { isDue($0.value) }
      for number in due.keys { state.waiters[number] = nil }
      return due.values.map(\.continuation)
    }
    for continuation in due { continuation.resume() }
  }

  // MARK: Who reads

  func begin() {
    state.withLock { state in
      state.isWatched = !state.hasEnded
      state.isReadWanted = true
    }
  }

  /// Nobody reads any more, so nobody waits any more: all are told what is known.
  func end() {
    let reader = state.withLock { state -> UnsafeContinuation<Void, Never>? in
      state.isWatched = false
      state.hasEnded = true
      return state.reader.take()
    }
    reader?.resume()
    wake { _ in true }
  }

  var isWatched: Bool { state.withLock { $0.isWatched } }

  /// Waits until something is to be read; false when the reading is over.
  func nextRead() async -> Bool {
    await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
      let isNow = state.withLock { state in
        guard state.isWatched, !state.isReadWanted else { return true }
        state.reader = continuation
        return false
      }
      if isNow { continuation.resume() }
    }
    return state.withLock { state in
      state.isReadWanted = false
      return state.isWatched
    }
  }

  /// The number after which is to be read; before the first look it is larger than any.
  var known: Int64 { state.withLock { $0.memory.known } ?? .max }

  /// What was read, at an instant not before `readAt`. Whoever waits for it is told.
  func learn(_ page: EpochStore.Page, readAt: ContinuousClock.Instant) {
    let known = state.withLock { state in
      state.memory.learn(page)
      state.readAt = readAt
      return state.memory.known ?? 0
    }
    wake { $0.epoch < known }
  }

  // MARK: Enforcement points

  /// An enforcement point asked.
  func saw(_ sighting: EnforcementPointStore.Sighting) {
    state.withLock { $0.sightings.add(sighting) }
  }

  func takeSightings() -> [EnforcementPointStore.Sighting] {
    state.withLock { $0.sightings.take() }
  }

  func giveBack(_ sightings: [EnforcementPointStore.Sighting]) {
    state.withLock { $0.sightings.giveBack(sightings) }
  }
}

extension ContinuousClock.Instant {
  fileprivate var isRecent: Bool { duration(to: .now) < RevocationFeed.silenceMax }
}
