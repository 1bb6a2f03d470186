package import Domain
import Postgres
package import Store
import Synchronization

/// Refused lease calls, counted in memory until they are written down: a refusal writes nothing in
/// its own transaction. What a process that is killed has not written is lost.
package final class RefusalTally: Sendable {
  /// How often they are written down.
  package static let writeMilliseconds = 5_000
  /// How many different counts are held; more are only counted as missed.
  package static let countsMax = 10_000
  /// How many of them at hosts, which callers name as they like.
  package static let hostCountsMax = 1_000

  private struct State {
    var counts: [RefusalStore.Key: Int64] = [:]
    var hostCounts = 0
    var missed: Int64 = 0

    mutating func add(_ calls: Int64, to key: RefusalStore.Key) {
      if counts[key] == nil {
        let isFull = key.place.isHost && hostCounts >= RefusalTally.hostCountsMax
        guard !isFull, counts.count < RefusalTally.countsMax else {
          missed += calls
          return
        }
        if key.place.isHost { hostCounts += 1 }
      }
      counts[key, default: 0] += calls
    }
  }

  private let state = Mutex(State())

  package init() {}

  /// A call was refused, once at each of the places.
  package func count(
    _ code: Refusal.Code, at places: [RefusalStore.Place], on now: Timestamp
  ) {
    if places.isEmpty { return }
    state.withLock { state in
      for place in places {
        state.add(1, to: RefusalStore.Key(place: place, minute: now.minute, code: code))
      }
    }
  }

  /// What was not counted for want of room, since the start.
  package var missed: Int64 { state.withLock { $0.missed } }

  /// All counts; none are left.
  func take() -> [RefusalStore.Key: Int64] {
    state.withLock { state in
      defer { (state.counts, state.hostCounts) = ([:], 0) }
      return state.counts
    }
  }

  /// Counts that could not be written.
  func giveBack(_ counts: [RefusalStore.Key: Int64]) {
    state.withLock { state in
      for (key, calls) in counts { state.add(calls, to: key) }
    }
  }
}

/// Where a refusal of one act counts: hosts at first, then the scopes that were found.
final class RefusalPlaces: Sendable {
  private let places = Mutex<[RefusalStore.Place]>([])

  func become(_ new: [RefusalStore.Place]) { places.withLock { $0 = new } }

  var all: [RefusalStore.Place] { places.withLock { $0 } }
}

extension Act {
  /// Runs the body; a refusal of it is counted where the act has said.
  func counting<R: Sendable>(_ body: () async throws -> R) async throws -> R {
    do {
      return try await body()
    } catch {
      count(error)
      throw error
    }
  }

  /// Counts an error that is a refusal, where the act has said.
  func count(_ error: any Error) {
    let code = (error as? Refusals)?.first.code ?? (error as? KeptRefusals)?.refusals.first.code
    if let code { service.refusals.count(code, at: places.all, on: now) }
  }
}

extension Service {
  /// Writes down the refusals that were counted, in one statement. Where that fails they are
  /// counted on.
  package func writeRefusals() async {
    let counts = refusals.take()
    if counts.isEmpty { return }
    do {
      try await database.transaction(lane: .bulk) { (tx: borrowing Transaction) in
        RefusalStore.add(counts, in: tx)
      }
    } catch {
      refusals.giveBack(counts)
    }
  }
}
