/// Who competes for connections (decision 12). Every lane has a queue of its own, the queues are
/// served in turn, and of two connections or more one is always out of the reach of each lane.
package enum PoolLane: Int, CaseIterable, Hashable, Sendable {
  /// Somebody waits for the answer.
  case interactive
  /// Programs that come in numbers and come again by themselves.
  case bulk
}
