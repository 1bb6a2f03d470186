extension Scope {
  /// The scope as whoever comes next finds it once a term of a lease has been issued, at the same
  /// instant: the lease takes up what its terms do, and its quota is reserved.
  package func after(_ issued: IssuedTerm) -> Scope {
    guard let reserved = issued.reservations.first(where: { $0.scope == id }) else { return self }
    var occupants = self.occupants
    let occupant = issued.lease.occupant
    if let place = occupants.firstIndex(where: { $0.lease == occupant.lease }) {
      occupants[place] = occupant
    } else {
      occupants.append(occupant)
    }
    return Scope(
      id: id, label: label, capacity: capacity, opening: opening, holdUntil: holdUntil,
      epoch: epoch, spentToday: spentToday + reserved.used + reserved.reserved,
      occupants: occupants)
  }

  /// The same once more was spent today, or less.
  package func spending(_ more: Int64) -> Scope {
    Scope(
      id: id, label: label, capacity: capacity, opening: opening, holdUntil: holdUntil,
      epoch: epoch, spentToday: spentToday + more, occupants: occupants)
  }
}
