/// What the model makes of an action.
package enum Expectation: Equatable, Sendable {
  case accepted
  /// Refused with this code before all others, and with all of them where they are given.
  case refused(String, all: Set<String>? = nil)
  /// The lifecycle leaves open which code comes first.
  case refusedSomehow
  /// Whichever it is, nothing that counts changes.
  case indifferent

  static func refused(allOf codes: [String]) -> Expectation {
    .refused(codes[0], all: Set(codes))
  }
}

extension ReferenceModel {
  /// Says what must come of it, and does it if it is accepted.
  package mutating func perform(_ action: HistoryAction) -> Expectation {
    if let actor = action.actor, !people[actor].isActive { return .refused("unauthenticated") }
    return switch action {
    case .revise(let person, let content): revise(person, content)
    case .submit(let person, let isStale): submit(person, isStale)
    case .decide(let decision, let isStale): decide(decision, isStale)
    case .retract(let person, let round, let index): retract(person, round, index)
    case .accept(let person, let isStale): accept(person, isStale)
    case .decline(let person): decline(person)
    case .withdraw(let person): withdraw(person)
    case .give, .take, .stop, .wake: changePeople(action)
    case .lock(let person): lock(person)
    case .release(let person, let index): release(person, index)
    case .revoke(let person, let grant): revoke(person, grant)
    case .wait(let seconds): wait(seconds)
    case .record: .accepted
    }
  }

  private mutating func wait(_ seconds: Int) -> Expectation {
    now += seconds
    return .accepted
  }

  private mutating func revise(_ person: Int, _ content: Int) -> Expectation {
    let author = people[person]
    guard author.identity <= 2 || author.roles.contains(where: \.decides) else {
      return .refused("not_allowed")
    }
    if contents.last == content { return .refused("no_change") }
    contents.append(content)
    editors.insert(author.identity)
    let people = people
    void { people[$0.person].identity == author.identity }
    return .accepted
  }

  private mutating func submit(_ person: Int, _ isStale: Bool) -> Expectation {
    let content = contents[contents.count - 1]
    if !mayActFor(person) { return .refused("not_allowed") }
    if isStale { return .refused("stale_digest") }
    if let last = rounds.last, last.content == content,
      ["in_review", "countered", "approved", "changes_requested", "draft"].contains(status)
    {
      return rounds.contains { $0.content == content && $0.state == "rejected" }
        ? .refusedSomehow : .refused("no_change")
    }
    let isRejected = rounds.contains { $0.content == content && $0.state == "rejected" }
    if isRejected { return status == "countered" ? .refusedSomehow : .refused("digest_rejected") }
    if status == "countered" { return .refused("counter_pending") }
    if !isFillable || now >= Self.endsAt { return .refused("not_submittable") }
    if let last = rounds.indices.last {
      let state = status
      rounds[last].state = state == "in_review" ? "superseded" : state
    }
    rounds.append(Round(content: content, openedAt: now))
    return .accepted
  }

  private mutating func decide(_ decision: Decision, _ isStale: Bool) -> Expectation {
    let codes = refusals(of: decision, isStale)
    if let first = codes.first {
      return status == "in_review" ? .refused(allOf: codes) : .refused(first)
    }
    let last = rounds.count - 1
    rounds[last].decisions.append(decision)
    switch decision.verdict {
    case .approve: conclude()
    case .requestChanges: rounds[last].state = "changes_requested"
    case .reject: rounds[last].state = "rejected"
    }
    return .accepted
  }

  /// Every reason against a decision, in the order of the contract.
  private func refusals(of decision: Decision, _ isStale: Bool) -> [String] {
    let signer = people[decision.person]
    var codes: [String] = []
    if signer.identity == Self.requester { codes.append("self_decision") }
    if editors.contains(signer.identity), signer.identity != Self.requester {
      codes.append("editor_decision")
    }
    if Self.parties.contains(signer.identity) { codes.append("party_decision") }
    if !signer.roles.contains(decision.role) { codes.append("role_not_held") }
    if let closedReason { codes.append(closedReason) }
    if isStale, !rounds.isEmpty { codes.append("stale_digest") }
    guard status == "in_review", let round = rounds.last else { return codes }
    let live = round.decisions.filter(\.isLive)
    if !Self.seats.contains(decision.role) { codes.append("no_such_seat") }
    if live.contains(where: { $0.person == decision.person }) { codes.append("already_decided") }
    let own = live.filter { people[$0.person].identity == signer.identity }
    if decision.verdict == .approve,
      live.contains(where: {
        $0.role == decision.role && people[$0.person].identity != signer.identity
      })
    {
      codes.append("seat_filled")
    }
    if own.contains(where: { $0.person != decision.person || $0.role != decision.role }) {
      codes.append("seat_taken_by_same_person")
    }
    if isStale { return codes }
    let others = live.filter { $0.person != decision.person }.map(\.condition)
    let isDisjoint =
      decision.condition == .morning && others.contains(.evening)
      || decision.condition == .evening && others.contains(.morning)
    if isDisjoint { codes.append("conditions_incompatible") }
    if decision.condition == .wide { codes.append("condition_widens") }
    return codes
  }

  /// Both seats are filled: a grant, or a counter-offer where some condition narrows.
  private mutating func conclude() {
    let last = rounds.count - 1
    let approvals = rounds[last].decisions.filter { $0.isLive && $0.verdict == .approve }
    guard Set(approvals.map(\.role)) == Set(Self.seats) else { return }
    let asked = Self.rates[rounds[last].content]
    let rate = approvals.map { Self.rate(under: $0.condition, asked) }.min() ?? asked
    if approvals.contains(where: { ![.none, .equal].contains($0.condition) }) {
      rounds[last].state = "countered"
      rounds[last].offered = rate
    } else {
      approve(granting: rate)
    }
  }

  package static func rate(under condition: Condition, _ asked: Int) -> Int {
    switch condition {
    case .slow: 100
    case .slower: 50
    case .wide: 1_000
    case .none, .equal, .morning, .evening: asked
    }
  }

  private mutating func approve(granting rate: Int) {
    let last = rounds.count - 1
    rounds[last].state = "approved"
    for index in grants.indices where isStanding(grants[index]) {
      grants[index].closedAs = "replaced"
    }
    grants.append(Grant(round: last, startsAt: now, rate: rate))
  }

  private mutating func retract(_ person: Int, _ round: Int, _ index: Int) -> Expectation {
    let decision = rounds[round].decisions[index]
    if people[decision.person].identity != people[person].identity {
      return .refused("not_allowed")
    }
    switch state(of: rounds[round]) {
    case "in_review", "countered": break
    case "lapsed": return .refused("lapsed")
    case "draft": return .refused("no_open_round")
    default: return .refused("round_closed")
    }
    if decision.isRetracted { return .refused("decision_spent") }
    rounds[round].decisions[index].isRetracted = true
    return decision.isVoid ? .indifferent : .accepted
  }

  private func counterRefusal(_ person: Int, isStale: Bool = false) -> String? {
    if !mayActFor(person) { return "not_allowed" }
    if status == "in_review" { return "no_counter_offer" }
    if status != "countered" { return closedReason }
    return isStale ? "stale_digest" : nil
  }

  private mutating func accept(_ person: Int, _ isStale: Bool) -> Expectation {
    if let code = counterRefusal(person, isStale: isStale) { return .refused(code) }
    if signers.contains(nil) { return .refused("signature_missing") }
    approve(granting: rounds[rounds.count - 1].offered ?? 0)
    return .accepted
  }

  private mutating func decline(_ person: Int) -> Expectation {
    if let code = counterRefusal(person) { return .refused(code) }
    rounds[rounds.count - 1].state = "draft"
    return .accepted
  }

  private mutating func withdraw(_ person: Int) -> Expectation {
    if !mayActFor(person) { return .refused("not_allowed") }
    if !isOpen { return .refused("not_open") }
    rounds[rounds.count - 1].state = "withdrawn"
    return .accepted
  }

  private mutating func changePeople(_ action: HistoryAction) -> Expectation {
    switch action {
    case .give(let person, let role): people[person].roles.insert(role)
    case .take(let person, let role):
      people[person].roles.remove(role)
      void { $0.person == person && $0.role == role }
    case .stop(let person):
      people[person].isActive = false
      void { $0.person == person }
    case .wake(let person): people[person].isActive = true
    default: break
    }
    return .accepted
  }

  private mutating func lock(_ person: Int) -> Expectation {
    locks.append(Lock(roles: people[person].roles))
    return .accepted
  }

  private mutating func release(_ person: Int, _ index: Int) -> Expectation {
    let (lock, releaser) = (locks[index], people[person])
    let isParty = releaser.identity <= 1 || editors.contains(releaser.identity)
    guard lock.isActive, !isParty, !releaser.roles.isEmpty else { return .refusedSomehow }
    guard let first = lock.first else {
      locks[index].first = person
      return .accepted
    }
    let both = releaser.roles.union(people[first].roles)
    guard people[first].identity != releaser.identity,
      lock.roles.isEmpty || !lock.roles.isDisjoint(with: both)
    else { return .refusedSomehow }
    locks[index].isActive = false
    return .accepted
  }

  private mutating func revoke(_ person: Int, _ index: Int) -> Expectation {
    guard mayActFor(person) || !people[person].roles.isEmpty else {
      return .refused("not_allowed")
    }
    switch state(of: grants[index]) {
    case "revoked": return .refused("grant_revoked")
    case "ended": return .refused("grant_ended")
    case "replaced": return .refused("not_open")
    default: break
    }
    grants[index].closedAs = "revoked"
    return .accepted
  }
}
