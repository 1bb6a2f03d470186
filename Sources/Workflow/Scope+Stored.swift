import Domain
import Store

extension Scope {
  /// A scope as its row says, at an instant.
  ///
  /// - Parameter rateMax: a stricter rate than the row's, where it is about to be lowered.
  init(
    _ row: ScopeStore.LockedScope, rateMax: Rate = .most, epoch: Int64 = 0,
    occupants: [Occupant], at now: Timestamp, zones: Zones
  ) throws(UnknownZone) {
    let zone = try zones.stored(row.timeZone)
    self.init(
      id: row.id, label: row.label, capacity: row.capacity.limited(to: rateMax),
      opening: Opening(row.windows, in: zone), holdUntil: row.holdUntil, epoch: epoch,
      spentToday: row.spent[zone.date(at: now)] ?? 0, occupants: occupants)
  }
}

extension Zones {
  /// A zone that was known when it was stored.
  func stored(_ name: String) throws(UnknownZone) -> Zone {
    guard let zone = zone(name) else { throw UnknownZone(name: name) }
    return zone
  }
}

/// The machine's tz database lost a zone that something stored is in.
struct UnknownZone: Error, Hashable, Sendable {
  let name: String
}
