/// What one policy changes against another, rule by rule and tier by tier.
package struct PolicyDiff: Hashable, Sendable {
  package enum Part: String, Hashable, Sendable {
    case tier, escalator, question, rule, legal, review, incidents
  }

  package enum Change: String, Hashable, Sendable {
    case added, removed, changed
  }

  package enum Effect: String, Hashable, Sendable {
    /// Whatever is asked for, it asks for more or allows less.
    case tightens
    case loosens
    /// Words and sources that decide nothing.
    case neutral
    /// Stricter for some and milder for others, or not to be told by looking at the two.
    case undecided
  }

  package struct Entry: Hashable, Sendable {
    package let part: Part
    /// Of the rule, tier, question or source.
    package let id: String
    package let change: Change
    package let effect: Effect
    /// As it stands in either policy; nil where it is not there.
    package let from: JSON?
    package let to: JSON?
  }

  package let entries: [Entry]

  /// Precondition: both were read as policies.
  package init(from old: Policy, to new: Policy) {
    var entries: [Entry] = []
    entries += PolicyDiff.list(.tier, "tiers", old, new, id: "tier") { index, other in
      old.tiers[index].effect(of: new.tiers[other])
    }
    entries += PolicyDiff.whole(.escalator, "escalator", old, new, .undecided)
    entries += PolicyDiff.list(.question, "questions", old, new, id: "key") { index, other in
      old.questions[index].effect(of: new.questions[other])
    }
    entries += PolicyDiff.list(.rule, "rules", old, new, id: "id") { index, other in
      old.rules[index].effect(of: new.rules[other])
    }
    entries += PolicyDiff.list(.legal, "legal", old, new, id: "id") { _, _ in .neutral }
    entries += PolicyDiff.whole(.review, "review", old, new, .neutral)
    entries += PolicyDiff.whole(.incidents, "incidents", old, new, .undecided)
    self.entries = entries
  }

  /// Of the whole: one direction only where every entry has it.
  package var effect: Effect {
    let effects = Set(entries.map(\.effect)).subtracting([.neutral])
    if effects.isEmpty { return .neutral }
    return effects.count == 1 ? effects.first ?? .undecided : .undecided
  }

  private static func whole(
    _ part: Part, _ name: String, _ old: Policy, _ new: Policy, _ effect: Effect
  ) -> [Entry] {
    let (from, to) = (old.json.member(name), new.json.member(name))
    if from == to { return [] }
    return [
      Entry(part: part, id: name, change: .changed, effect: effect, from: from, to: to)
    ]
  }

  /// The elements of a list, matched by id; the lists of a policy stand in the order of its JSON.
  private static func list(
    _ part: Part, _ name: String, _ old: Policy, _ new: Policy, id: String,
    _ effect: (Int, Int) -> Effect
  ) -> [Entry] {
    let (before, after) = (old.json.elements(name), new.json.elements(name))
    let places = Dictionary(
      after.enumerated().map { ($0.element.name(id), $0.offset) },
      uniquingKeysWith: { first, _ in first })
    var entries: [Entry] = []
    for (index, from) in before.enumerated() {
      guard let place = places[from.name(id)] else {
        entries.append(
          Entry(
            part: part, id: from.name(id), change: .removed,
            effect: part.effect(of: .removed), from: from, to: nil))
        continue
      }
      if after[place] == from { continue }
      entries.append(
        Entry(
          part: part, id: from.name(id), change: .changed, effect: effect(index, place),
          from: from, to: after[place]))
    }
    let known = Set(before.map { $0.name(id) })
    return entries
      + after.filter { !known.contains($0.name(id)) }.map { to in
        Entry(
          part: part, id: to.name(id), change: .added, effect: part.effect(of: .added),
          from: nil, to: to)
      }
  }
}

extension PolicyDiff.Part {
  /// A rule only ever asks for more or allows less, so another one tightens.
  fileprivate func effect(of change: PolicyDiff.Change) -> PolicyDiff.Effect {
    switch (self, change) {
    case (.rule, .added): .tightens
    case (.rule, .removed): .loosens
    case (.legal, _): .neutral
    default: .undecided
    }
  }
}

extension JSON {
  fileprivate func member(_ name: String) -> JSON? {
    if case .object(let object) = self { object[name] } else { nil }
  }

  fileprivate func elements(_ name: String) -> [JSON] {
    if case .array(let elements)? = member(name) { elements } else { [] }
  }

  fileprivate func name(_ member: String) -> String {
    if case .string(let text)? = self.member(member) { text } else { "" }
  }
}
