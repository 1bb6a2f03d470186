import Domain
import Store

/// When enforcement points asked for epoch events, until it is written down.
struct PointSightings: Sendable {
  /// Those by which a point showed that it had taken in more than ever before.
  private var advances: [EnforcementPointStore.Sighting] = []
  /// The last one of each point.
  private var newest: [String: EnforcementPointStore.Sighting] = [:]
  /// The largest number that each point ever named.
  private var taken: [String: Int64] = [:]

  mutating func add(_ sighting: EnforcementPointStore.Sighting) {
    newest[sighting.point] = sighting
    guard sighting.epoch > taken[sighting.point] ?? 0 else { return }
    taken[sighting.point] = sighting.epoch
    advances.append(sighting)
  }

  /// All of them; they are kept no longer.
  mutating func take() -> [EnforcementPointStore.Sighting] {
    defer { (advances, newest) = ([], [:]) }
    return advances + newest.values
  }

  /// What could not be written down is tried again with the next.
  mutating func giveBack(_ sightings: [EnforcementPointStore.Sighting]) {
    advances = sightings + advances
  }
}
