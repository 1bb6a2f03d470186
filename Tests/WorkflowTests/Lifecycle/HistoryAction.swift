/// One step of a history. People, rounds, decisions, grants and locks are named by their number.
enum HistoryAction {
  case revise(Int, content: Int)
  case submit(Int, isStale: Bool)
  case decide(ReferenceModel.Decision, isStale: Bool)
  case retract(Int, round: Int, decision: Int)
  case accept(Int, isStale: Bool)
  case decline(Int)
  case withdraw(Int)
  case give(Int, ReferenceModel.Role)
  case take(Int, ReferenceModel.Role)
  case stop(Int)
  case wake(Int)
  case lock(Int)
  case release(Int, lock: Int)
  case revoke(Int, grant: Int)
  case wait(seconds: Int)
  /// The chores record what time has brought, which changes nothing that can be seen.
  case record

  /// Who calls; nil where an administrator, a chore or time acts.
  var actor: Int? {
    switch self {
    case .revise(let person, _), .submit(let person, _), .retract(let person, _, _),
      .accept(let person, _), .decline(let person), .withdraw(let person), .lock(let person),
      .release(let person, _), .revoke(let person, _):
      person
    case .decide(let decision, _): decision.person
    case .give, .take, .stop, .wake, .wait, .record: nil
    }
  }

  /// Whom it changes, so that the next history needs somebody else.
  var changed: Int? {
    switch self {
    case .give(let person, _), .take(let person, _), .stop(let person), .wake(let person): person
    default: nil
    }
  }
}

/// The same numbers for the same seed.
struct HistoryDice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  mutating func happens(_ permille: Int) -> Bool {
    Int.random(in: 0..<1_000, using: &self) < permille
  }

  mutating func one<C: Collection>(of choices: C) -> C.Element {
    guard let choice = choices.randomElement(using: &self) else {
      preconditionFailure("nothing to choose from")
    }
    return choice
  }
}

extension ReferenceModel {
  /// Something that somebody could try now; mostly what leads on, sometimes what is refused.
  func nextAction(_ dice: inout HistoryDice) -> HistoryAction {
    let anybody = people.indices
    let actor = dice.happens(800) ? dice.one(of: [0, 0, 1, 8]) : dice.one(of: anybody)
    switch Int.random(in: 0..<100, using: &dice) {
    case 0..<44 where status == "in_review": return decision(&dice)
    case 0..<4: return decision(&dice)
    case 4..<34 where status == "countered" && dice.happens(700):
      return dice.happens(750)
        ? .accept(actor, isStale: dice.happens(100)) : .decline(actor)
    case 4..<34: return .submit(actor, isStale: dice.happens(50))
    case 34..<46:
      let author = dice.happens(700) ? actor : dice.one(of: anybody)
      return .revise(author, content: dice.one(of: Self.rates.indices))
    case 46..<54: return retraction(&dice) ?? .submit(actor, isStale: false)
    case 54..<58: return .accept(actor, isStale: dice.happens(200))
    case 58..<60: return .decline(actor)
    case 60..<63: return .withdraw(actor)
    case 63..<76: return changeOfPeople(&dice)
    case 76..<80: return .lock(dice.one(of: anybody))
    case 80..<88:
      guard !locks.isEmpty else { return decision(&dice) }
      return .release(dice.one(of: anybody), lock: dice.one(of: locks.indices))
    case 88..<91:
      guard !grants.isEmpty else { return decision(&dice) }
      return .revoke(dice.one(of: anybody), grant: dice.one(of: grants.indices))
    case 91..<97: return wait(&dice)
    default: return .record
    }
  }

  private func decision(_ dice: inout HistoryDice) -> HistoryAction {
    var person = dice.one(of: people.indices)
    if dice.happens(700) { person = dice.one(of: [4, 5, 6, 7, 9]) }
    let held = people[person].roles.filter(\.decides).sorted { $0.rawValue < $1.rawValue }
    let role =
      dice.happens(900) && !held.isEmpty
      ? dice.one(of: held) : dice.one(of: [Role.legal, .risk, .business])
    let verdict: Verdict =
      dice.happens(920) ? .approve : dice.one(of: [Verdict.requestChanges, .reject])
    let condition: Condition =
      verdict == .approve && dice.happens(350) ? dice.one(of: Condition.allCases) : .none
    return .decide(
      Decision(person: person, role: role, verdict: verdict, condition: condition),
      isStale: dice.happens(40))
  }

  private func retraction(_ dice: inout HistoryDice) -> HistoryAction? {
    let signed = rounds.indices.filter { !rounds[$0].decisions.isEmpty }
    guard let newest = signed.last else { return nil }
    let round = dice.happens(850) ? newest : dice.one(of: signed)
    let index = dice.one(of: rounds[round].decisions.indices)
    let own = rounds[round].decisions[index].person
    let person = dice.happens(850) ? own : dice.one(of: people.indices)
    return .retract(person, round: round, decision: index)
  }

  /// Reviewers come, go and change hats; parties and the requester's second account stay.
  private func changeOfPeople(_ dice: inout HistoryDice) -> HistoryAction {
    let person = dice.one(of: [4, 5, 6, 7, 9])
    if !people[person].isActive { return .wake(person) }
    if dice.happens(250) { return .stop(person) }
    let role = dice.one(of: [Role.legal, .risk])
    return people[person].roles.contains(role) ? .take(person, role) : .give(person, role)
  }

  /// Not so far that tokens expire, nor so that a round is open across the end of its content.
  private func wait(_ dice: inout HistoryDice) -> HistoryAction {
    if now > 70 * Self.day { return .record }
    if now > 45 * Self.day { return .wait(seconds: 15 * Self.day) }
    return .wait(seconds: dice.one(of: [3_600, Self.day, 3 * Self.day, 14 * Self.day]))
  }
}
