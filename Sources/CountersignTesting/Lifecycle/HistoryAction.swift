/// One step of a history. People, rounds, decisions, grants and locks are named by their number.
package enum HistoryAction {
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
  package var actor: Int? {
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
  package var changed: Int? {
    switch self {
    case .give(let person, _), .take(let person, _), .stop(let person), .wake(let person): person
    default: nil
    }
  }
}

extension ReferenceModel {
  /// Something that somebody could try now; mostly what leads on, sometimes what is refused.
  package func nextAction(_ random: inout SeededRandom) -> HistoryAction {
    let anybody = people.indices
    let actor = random.happens(800) ? random.one(of: [0, 0, 1, 8]) : random.one(of: anybody)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<44 where status == "in_review": return decision(&random)
    case 0..<4: return decision(&random)
    case 4..<34 where status == "countered" && random.happens(700):
      return random.happens(750)
        ? .accept(actor, isStale: random.happens(100)) : .decline(actor)
    case 4..<34: return .submit(actor, isStale: random.happens(50))
    case 34..<46:
      let author = random.happens(700) ? actor : random.one(of: anybody)
      return .revise(author, content: random.one(of: Self.rates.indices))
    case 46..<54: return retraction(&random) ?? .submit(actor, isStale: false)
    case 54..<58: return .accept(actor, isStale: random.happens(200))
    case 58..<60: return .decline(actor)
    case 60..<63: return .withdraw(actor)
    case 63..<76: return changeOfPeople(&random)
    case 76..<80: return .lock(random.one(of: anybody))
    case 80..<88:
      guard !locks.isEmpty else { return decision(&random) }
      return .release(random.one(of: anybody), lock: random.one(of: locks.indices))
    case 88..<91:
      guard !grants.isEmpty else { return decision(&random) }
      return .revoke(random.one(of: anybody), grant: random.one(of: grants.indices))
    case 91..<97: return wait(&random)
    default: return .record
    }
  }

  private func decision(_ random: inout SeededRandom) -> HistoryAction {
    var person = random.one(of: people.indices)
    if random.happens(700) { person = random.one(of: [4, 5, 6, 7, 9]) }
    let held = people[person].roles.filter(\.decides).sorted { $0.rawValue < $1.rawValue }
    let role =
      random.happens(900) && !held.isEmpty
      ? random.one(of: held) : random.one(of: [Role.legal, .risk, .business])
    let verdict: Verdict =
      random.happens(920) ? .approve : random.one(of: [Verdict.requestChanges, .reject])
    let condition: Condition =
      verdict == .approve && random.happens(350) ? random.one(of: Condition.allCases) : .none
    return .decide(
      Decision(person: person, role: role, verdict: verdict, condition: condition),
      isStale: random.happens(40))
  }

  private func retraction(_ random: inout SeededRandom) -> HistoryAction? {
    let signed = rounds.indices.filter { !rounds[$0].decisions.isEmpty }
    guard let newest = signed.last else { return nil }
    let round = random.happens(850) ? newest : random.one(of: signed)
    let index = random.one(of: rounds[round].decisions.indices)
    let own = rounds[round].decisions[index].person
    let person = random.happens(850) ? own : random.one(of: people.indices)
    return .retract(person, round: round, decision: index)
  }

  /// Reviewers come, go and change hats; parties and the requester's second account stay.
  private func changeOfPeople(_ random: inout SeededRandom) -> HistoryAction {
    let person = random.one(of: [4, 5, 6, 7, 9])
    if !people[person].isActive { return .wake(person) }
    if random.happens(250) { return .stop(person) }
    let role = random.one(of: [Role.legal, .risk])
    return people[person].roles.contains(role) ? .take(person, role) : .give(person, role)
  }

  /// Not so far that tokens expire, nor so that a round is open across the end of its content.
  private func wait(_ random: inout SeededRandom) -> HistoryAction {
    if place == .sharedService || now > 70 * Self.day { return .record }
    if now > 45 * Self.day { return .wait(seconds: 15 * Self.day) }
    return .wait(seconds: random.one(of: [3_600, Self.day, 3 * Self.day, 14 * Self.day]))
  }
}
