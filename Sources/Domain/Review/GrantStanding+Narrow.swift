extension GrantStanding {
  /// The grant with smaller numbers, by the requester or the owner alone (lifecycle R3); anything
  /// wider is refused, number by number.
  ///
  /// Errors: `Refusals`; `InvalidBody` for a target that is not there, and where nothing would
  /// change or nothing would be left.
  /// - Parameters:
  ///   - budgets: in order of target, locked.
  ///   - count: how many narrowings there were.
  package func narrowed(
    to conditions: Conditions, budgets: [BudgetStanding], after count: Int64,
    by signer: Signer, parties: Parties, actor: Actor, at now: Timestamp
  ) throws -> Ruling<Narrowing> {
    try conditions.checkTargets(count: budgets.count, at: .root)
    var found: [Refusal] = []
    if !parties.mayActFor(signer.identity) {
      found.append(.notAllowed(act: "Narrowing", who: "the requester or the owner"))
    }
    found += overRefusals(at: now)
    let allowance = Allowance(
      targets: budgets.map(\.allowance),
      endsOn: Limit(budgets.map(\.lastDay).max() ?? now.utcDate, setBy: ""))
    found += conditions.widenings(of: allowance, at: .root)
    try Refusals.check(found)
    let narrowed = budgets.map { budget in
      budget.narrowed(
        to: conditions.targets.first { $0.index == budget.target }, endsOn: conditions.endsOn)
    }
    try checkSomething(is: narrowed, of: budgets, at: now)
    let narrowing = Narrowing(
      grant: id, n: count + 1, by: signer.person, budgets: narrowed,
      endsAt: min(endsAt, narrowed.map(\.endsAt).max() ?? endsAt), at: now,
      effectiveAt: zip(budgets, narrowed).map { $0.settles(in: $1, from: now) }.max() ?? now)
    return Ruling(
      narrowing,
      entry(.grantNarrowed, by: actor, at: now, detail: narrowing.logDetail))
  }

  /// Why nothing is changed about a grant that is over.
  func overRefusals(at now: Timestamp) -> [Refusal] {
    switch state(at: now) {
    case .revoked: [.grantRevoked(at: recordedAt)]
    case .ended: [.grantEnded(at: min(endsAt, now))]
    case .replaced: [.grantEnded(at: instants.replacedAt ?? recordedAt)]
    case .scheduled, .active, .suspended: []
    }
  }

  private func checkSomething(
    is narrowed: [NarrowedBudget], of budgets: [BudgetStanding], at now: Timestamp
  ) throws(InvalidBody) {
    if narrowed.allSatisfy(\.changed.isEmpty) {
      throw InvalidBody(errors: [
        FieldError(
          .root.appending("targets"), .outOfRange, "every number is as it is or smaller already")
      ])
    }
    let isOver = zip(budgets, narrowed).contains { budget, narrowed in
      narrowed.changed.contains("ends_at") && narrowed.endsAt <= max(budget.startsAt, now)
    }
    if isOver {
      throw InvalidBody(errors: [
        FieldError(
          .root.appending("ends_on"), .outOfRange, "that day is over; revoke the grant instead")
      ])
    }
    if let empty = narrowed.first(where: \.windows.isEmpty) {
      throw InvalidBody(errors: [
        FieldError(
          .root.appending("targets"), .outOfRange, "no hour is left for target \(empty.target)")
      ])
    }
  }
}

extension Narrowing {
  /// The terms of the grant with the smaller numbers, each with who set it.
  package func terms(in terms: JSON) -> JSON {
    guard case .object(var members) = terms, case .array(let old)? = members["budgets"] else {
      return terms
    }
    members["budgets"] = .array(
      old.map { entry in
        guard case .object(var budget) = entry, case .string(let id)? = budget["id"],
          let narrowed = budgets.first(where: { $0.id.text == id })
        else { return entry }
        var setBy = JSONObject()
        if case .object(let members)? = budget["set_by"] { setBy = members }
        for name in narrowed.changed {
          budget[name] = narrowed.member(name)
          setBy[name] = .string(setter)
        }
        budget["set_by"] = .object(setBy)
        return .object(budget)
      })
    return .object(members)
  }

  fileprivate var logDetail: JSONObject {
    [
      "n": JSON(n), "ends_at": JSON(endsAt), "effective_at": JSON(effectiveAt),
      "budgets": .array(
        budgets.filter { !$0.changed.isEmpty }.map { budget in
          [
            "id": JSON(budget.id), "target": JSON(budget.target),
            "max_urps": JSON(budget.capacity.rate.microRPS),
            "burst": JSON(budget.capacity.burst),
            "max_concurrency": JSON(budget.capacity.concurrency),
            "max_workers": JSON(budget.capacity.workers ?? 0),
            "daily_requests": JSON(budget.capacity.dailyRequests),
            "windows": budget.windows.json, "ends_at": JSON(budget.endsAt),
          ]
        }),
    ]
  }
}

extension NarrowedBudget {
  fileprivate func member(_ name: String) -> JSON {
    switch name {
    case "max_rps": JSON(capacity.rate)
    case "burst": JSON(capacity.burst)
    case "max_concurrency": JSON(capacity.concurrency)
    case "max_workers": JSON(capacity.workers ?? 0)
    case "daily_requests": JSON(capacity.dailyRequests)
    case "windows": windows.json
    case "ends_at": JSON(endsAt)
    default: preconditionFailure("\(name) is no number of a budget")
    }
  }
}
