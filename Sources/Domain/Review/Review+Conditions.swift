/// Conditions that could not be taken beside those of others; both sides are told.
package struct ConditionsConflict: Hashable, Sendable {
  package let round: RoundID
  package let person: PersonID
  package let role: Role
  package let conditions: Conditions
  /// Decisions that stand and leave no room; ascending.
  package let with: [DecisionID]
  package let at: Timestamp

  package init(
    round: RoundID, person: PersonID, role: Role, conditions: Conditions, with: [DecisionID],
    at: Timestamp
  ) {
    self.round = round
    self.person = person
    self.role = role
    self.conditions = conditions
    self.with = with
    self.at = at
  }
}

extension Review {
  /// Where conditions stand in the body of a decision.
  package static let conditionsPointer = JSONPointer.root.appending("conditions")

  /// Whether conditions leave less than the round's snapshot allows.
  ///
  /// Precondition: `reviewed` is there when there are conditions.
  func narrows(_ conditions: Conditions?) -> Bool {
    guard let conditions else { return false }
    guard let reviewed else { preconditionFailure("conditions are judged by the snapshot") }
    return conditions.narrows(reviewed.allowance)
  }

  /// What stands against conditions: numbers that widen (lifecycle R5), and those that leave
  /// nothing, by themselves or beside what others set.
  ///
  /// Conditions on another digest than the round's are not looked at: they are of other numbers.
  func conditionRefusals(
    of verdict: Verdict, by signer: Signer?, at now: Timestamp
  ) -> [Refusal] {
    guard let conditions = verdict.conditions, let reviewed, verdict.digest == round?.digest
    else { return [] }
    let widening = conditions.widenings(of: reviewed.allowance, at: Review.conditionsPointer)
    let alone = reviewed.emptyTargets(
      of: reviewed.allowance.narrowed(to: conditions, by: ""), at: now)
    if !alone.isEmpty {
      // Hours that lie outside the snapshot's altogether widen; that is said once.
      let spent = alone.map { Refusal.conditionsIncompatible(target: $0, with: nil) }
      return widening.isEmpty ? spent : widening
    }
    let others = liveApprovals.filter { $0.person != signer?.person && $0.conditions != nil }
    let together = reviewed.allowance.signed(by: others).narrowed(to: conditions, by: "")
    return widening
      + reviewed.emptyTargets(of: together, at: now).flatMap { target in
        opponents(of: conditions, on: target, among: others).map {
          .conditionsIncompatible(target: target, with: $0)
        }
      }
  }

  /// The conflict to be kept, when nothing else stands against a decision than the conditions of
  /// others.
  package func conflict(
    of verdict: Verdict, by signer: Signer?, actor: Actor, at now: Timestamp
  ) -> Ruling<ConditionsConflict>? {
    guard let round, let signer, let conditions = verdict.conditions else { return nil }
    let found = refusals(of: verdict, by: signer, at: now)
    let others = found.compactMap { refusal -> DecisionID? in
      if case .conditionsIncompatible(_, let decision?) = refusal { decision } else { nil }
    }
    guard !others.isEmpty, others.count == found.count else { return nil }
    let with = Set(others).sorted()
    return Ruling(
      ConditionsConflict(
        round: round.id, person: signer.person, role: verdict.role, conditions: conditions,
        with: with, at: now),
      round.entry(
        .conditionsConflicted, by: actor, at: now, role: verdict.role,
        detail: ["with": .array(with.map { JSON($0) })]))
  }

  /// Those whose hours are disjoint from these on the target; all who set its hours where only
  /// several together leave nothing.
  private func opponents(
    of conditions: Conditions, on target: Int, among others: [Decision]
  ) -> [DecisionID] {
    let own = conditions.windows(of: target) ?? .always
    let setting = others.filter { $0.conditions?.windows(of: target) != nil }
    let disjoint = setting.filter {
      $0.conditions?.windows(of: target)?.intersection(own).isEmpty ?? false
    }
    return (disjoint.isEmpty ? setting : disjoint).map(\.id)
  }
}

extension Reviewed {
  /// Targets of which an allowance leaves nothing: no hour, or no day that is not over.
  func emptyTargets(of allowance: Allowance, at now: Timestamp) -> [Int] {
    allowance.targets.indices.filter { index in
      allowance.targets[index].windows.value.isEmpty
        || allowance.endsOn.value < content.startsOn
        || content.targets[index].zone.dayEnd(allowance.endsOn.value) <= now
    }
  }
}

extension Conditions {
  fileprivate func windows(of target: Int) -> WindowSet? {
    targets.first { $0.index == target }?.windows
  }
}

extension Allowance {
  /// What is left under the conditions of all these decisions, in their order.
  package func signed(by decisions: [Decision]) -> Allowance {
    decisions.reduce(self) { allowance, decision in
      decision.conditions.map { allowance.narrowed(to: $0, by: decision.setter) } ?? allowance
    }
  }
}
