import Reactor

/// Which connections are closed first when there is no room: those that have been idle longest.
///
/// One look over a loop's connections serves until all that were idle then are used up: who was
/// idle then and has done nothing since has been idle longer than everybody else.
struct IdleRanking {
  private struct Place {
    let connection: ObjectIdentifier
    /// When its idleness ends; a later one tells that it has done something since.
    let deadline: MonotonicInstant
  }

  /// The longest idle is last.
  private var places: [Place] = []
  private var lookedAt: MonotonicInstant?

  /// The connection that has been idle longest and was not given before; nil when there is
  /// none, or there was none at the last look, which is not repeated at once.
  mutating func next(
    among connections: [ObjectIdentifier: Connection], at now: MonotonicInstant,
    millisecondsBetweenLooks: Int
  ) -> Connection? {
    while true {
      while let place = places.popLast() {
        guard let connection = connections[place.connection],
          connection.idleDeadline == place.deadline
        else { continue }
        return connection
      }
      if let lookedAt, now < lookedAt.advanced(byMilliseconds: millisecondsBetweenLooks) {
        return nil
      }
      lookedAt = now
      look(over: connections)
      if places.isEmpty { return nil }
    }
  }

  private mutating func look(over connections: [ObjectIdentifier: Connection]) {
    for (id, connection) in connections {
      guard let deadline = connection.idleDeadline else { continue }
      places.append(Place(connection: id, deadline: deadline))
    }
    places.sort { $0.deadline > $1.deadline }
  }
}
