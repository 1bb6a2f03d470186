/// Who could fill the seats of a round.
package struct Seat: Hashable, Sendable {
  package let role: Role
  /// Active holders of the role who are no party; ascending.
  package let eligible: [PersonID]
}

/// The seats of a round against the people there are.
package struct Seating: Hashable, Sendable {
  package let seats: [Seat]
  /// Seats left over when as many as possible are filled by different human beings.
  package let unfillable: [Role]

  /// - Parameter candidates: holders of deciding roles, several accounts of one person included.
  package init(roles: [Role], candidates: [Signer], parties: Parties) {
    let able = candidates.filter {
      $0.active && parties.refusals(for: $0.identity).isEmpty
    }
    seats = roles.map { role in
      Seat(
        role: role,
        eligible: able.filter { $0.roles[role] != nil }.map(\.person).sorted())
    }
    let identities = roles.map { role in
      Set(able.filter { $0.roles[role] != nil }.map(\.identity)).sorted()
    }
    var matching = Matching(choices: identities)
    unfillable = roles.indices.filter { !matching.fill($0) }.map { roles[$0] }
  }
}

/// A largest matching of seats to identities by augmenting paths (Kuhn). Cost: seats × people.
private struct Matching {
  private let choices: [[PersonID]]
  private var seatOf: [PersonID: Int] = [:]

  init(choices: [[PersonID]]) {
    self.choices = choices
  }

  /// Fills a seat, moving others to free somebody for it; false when that is impossible.
  mutating func fill(_ seat: Int) -> Bool {
    var tried: Set<PersonID> = []
    return fill(seat, &tried)
  }

  private mutating func fill(_ seat: Int, _ tried: inout Set<PersonID>) -> Bool {
    for person in choices[seat] where tried.insert(person).inserted {
      let free = seatOf[person].map { fill($0, &tried) } ?? true
      if free {
        seatOf[person] = seat
        return true
      }
    }
    return false
  }
}
