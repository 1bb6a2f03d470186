/// What the lifecycle says of one proposal, in plain values: written from its tables and rules,
/// not from the code that it is compared with. Time is in seconds since the history began.
package struct ReferenceModel: Sendable {
  /// Where a history takes place.
  package enum Place: Sendable {
    /// Nobody else can sign, and the clock is the history's.
    case ownDatabase
    /// Others can always fill every seat, and time goes on by itself.
    case sharedService
  }

  package enum Role: String, CaseIterable, Sendable {
    case legal, risk, business, `operator`

    package var decides: Bool { self != .operator }
  }

  package struct Person: Sendable {
    /// The number of the first account of the same human being.
    package let identity: Int
    package var roles: Set<Role>
    package var isActive = true
  }

  package enum Verdict: CaseIterable, Sendable {
    case approve, requestChanges, reject
  }

  /// Conditions of an approval.
  package enum Condition: CaseIterable, Sendable {
    case none, slow, slower, equal, wide, morning, evening
  }

  package struct Decision: Sendable {
    package let person: Int
    package let role: Role
    package let verdict: Verdict
    package let condition: Condition
    /// Retracted, or void since its signer ceased to be eligible.
    var isRetracted = false
    var isVoid = false

    var isLive: Bool { !isRetracted && !isVoid }
  }

  package struct Round: Sendable {
    package let content: Int
    let openedAt: Int
    var state = "in_review"
    var decisions: [Decision] = []
    /// The rate that a counter-offer offers, in thousandths.
    var offered: Int?
  }

  package struct Grant: Equatable, Sendable {
    let round: Int
    let startsAt: Int
    let rate: Int
    var closedAs: String?
  }

  package struct Lock: Sendable {
    let roles: Set<Role>
    package var first: Int?
    var isActive = true
  }

  package static let requester = 0
  static let parties = [1, 2, 3]
  static let seats: [Role] = [.legal, .risk]
  static let day = 86_400
  static let decideWithin = 14 * day
  /// Two attestations missed (R15).
  static let attestWithin = 28 * day
  /// The end of the last day of the content; a history begins at noon.
  static let endsAt = 61 * day - day / 2
  /// What each content asks for, in thousandths of a request per second.
  package static let rates = [500, 400, 300, 200]

  let place: Place
  var now = 0
  package var people: [Person]
  package var contents = [0]
  var editors: Set<Int> = [requester]
  package var rounds: [Round] = []
  package var grants: [Grant] = []
  package var locks: [Lock] = []

  /// The people of a history: parties who hold deciding roles, one with two hats (6), second
  /// accounts of a reviewer (7) and of the requester (8).
  package static let cast = [
    Person(identity: 0, roles: [.risk]), Person(identity: 1, roles: [.business, .legal]),
    Person(identity: 2, roles: []), Person(identity: 3, roles: [.operator]),
    Person(identity: 4, roles: [.legal]), Person(identity: 5, roles: [.risk]),
    Person(identity: 6, roles: [.legal, .risk]), Person(identity: 4, roles: [.risk]),
    Person(identity: 0, roles: [.legal]), Person(identity: 9, roles: [.legal]),
  ]

  package init(in place: Place) {
    self.place = place
    people = ReferenceModel.cast
  }

  // MARK: what is

  /// The state of a round, lapsed from its instant on.
  func state(of round: Round) -> String {
    let isOpen = round.state == "in_review" || round.state == "countered"
    return isOpen && now >= round.openedAt + Self.decideWithin ? "lapsed" : round.state
  }

  var status: String { rounds.last.map(state) ?? "draft" }

  var isOpen: Bool { status == "in_review" || status == "countered" }

  func state(of grant: Grant) -> String {
    if let closed = grant.closedAs { return closed }
    if now >= Self.endsAt { return "ended" }
    return now >= grant.startsAt + Self.attestWithin ? "suspended" : "active"
  }

  func isStanding(_ grant: Grant) -> Bool { ["active", "suspended"].contains(state(of: grant)) }

  /// The grant of the newest round, else the one that stands meanwhile.
  var grantShown: Int? {
    grants.lastIndex { $0.round == rounds.count - 1 } ?? grants.lastIndex(where: isStanding)
  }

  var effectiveStatus: String {
    if locks.contains(where: \.isActive) { return "locked" }
    guard status == "approved", let grant = grantShown else { return status }
    return state(of: grants[grant])
  }

  /// Who fills each seat of the newest round.
  var signers: [Int?] {
    rounds.last.map { round in
      Self.seats.map { seat in
        round.decisions.first { $0.isLive && $0.verdict == .approve && $0.role == seat }?.person
      }
    } ?? []
  }

  // MARK: who may

  func mayActFor(_ person: Int) -> Bool { people[person].identity <= 1 }

  func isExcluded(_ identity: Int) -> Bool {
    editors.contains(identity) || Self.parties.contains(identity)
  }

  /// Whether distinct people can fill both seats.
  var isFillable: Bool {
    guard place == .ownDatabase else { return true }
    func able(_ role: Role) -> Set<Int> {
      Set(
        people.filter { $0.isActive && $0.roles.contains(role) && !isExcluded($0.identity) }
          .map(\.identity))
    }
    let (legal, risk) = (able(.legal), able(.risk))
    return !legal.isEmpty && !risk.isEmpty && legal.union(risk).count > 1
  }

  /// Why nothing can be done with the newest round in this state.
  var closedReason: String? {
    switch status {
    case "in_review": nil
    case "draft": "no_open_round"
    case "lapsed": "lapsed"
    default: "round_closed"
    }
  }

  /// What somebody signed in open rounds does not count any more.
  mutating func void(where isGone: (Decision) -> Bool) {
    guard let last = rounds.indices.last, isOpen else { return }
    for index in rounds[last].decisions.indices where isGone(rounds[last].decisions[index]) {
      rounds[last].decisions[index].isVoid = true
    }
  }
}
