import Reactor
import Synchronization

/// The listeners of one server, one a loop. The kernel wakes the first loop that sleeps for a
/// new connection, so that it would get nearly all of those made in quiet times, and keep them:
/// a loop that has many more than another one hands what it accepts over.
final class Siblings: Sendable {
  /// How many connections more a loop must have, so that short ones are not moved about.
  private static let differenceMin = 4

  /// One listener as seen from the other loops.
  struct Member: Sendable {
    let listener: LoopBound<LoopListener>
    /// Its connections, with those that are on their way to it.
    let count: ConnectionCount
  }

  private struct State: Sendable {
    var members: [Member] = []
    /// Still there when the members are gone.
    var counts: [ConnectionCount] = []
  }

  private let state = Mutex(State())

  func add(_ member: Member) {
    state.withLock { state in
      state.members.append(member)
      state.counts.append(member.count)
    }
  }

  /// Nothing is handed over from now on; gives those that were there.
  func removeAll() -> [LoopBound<LoopListener>] {
    state.withLock { state in
      let listeners = state.members.map(\.listener)
      state.members = []
      return listeners
    }
  }

  /// Over all loops.
  var connectionCount: Int {
    state.withLock { $0.counts.reduce(0) { $0 + $1.value.load(ordering: .relaxed) } }
  }

  /// The listener with the fewest connections, if it has many fewer than that.
  func lightest(below count: Int) -> Member? {
    state.withLock { state in
      var most = count - Siblings.differenceMin
      var lightest: Member?
      for member in state.members {
        let count = member.count.value.load(ordering: .relaxed)
        guard count <= most else { continue }
        most = count - 1
        lightest = member
      }
      return lightest
    }
  }
}
