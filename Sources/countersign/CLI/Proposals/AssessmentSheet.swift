import Domain

/// What the policy found, for a person.
struct AssessmentSheet {
  let assessment: JSON
  let people: Directory

  /// All of it, for `proposals check`.
  var printout: Printout {
    var printout = Printout([
      "tier": tierText, "digest": assessment["digest"].text,
      "valid for": assessment["longest_validity_days"].text.map { "\($0) days at most" },
      "must show": assessment["requires"].joined(),
      "not verified": assessment["unverified"].joined(),
    ])
    let blocks = assessment["blocks"].elements
    if !blocks.isEmpty {
      printout.add(heading: "Blocks")
      printout.add(items: blocks.map { "\($0["step"].cell): rule \($0["rule"].cell)" })
    }
    printout.add(heading: "Rules that apply")
    addRules(to: &printout)
    printout.add(heading: "Signatures needed")
    printout.add(seats)
    printout.add(heading: "What could be granted, and what sets it")
    printout.add(caps)
    printout.add(items: gentler)
    return printout
  }

  /// The rates that would lower the tier.
  private var gentler: [String] {
    assessment["caps"].elements.filter { !$0["gentler"].isNull }.map { cap in
      let gentler = cap["gentler"]
      return "At \(gentler["max_rps"].cell) requests a second target \(cap["target"].cell) would "
        + "be \(gentler["tier"].cell)."
    }
  }

  /// The rules with their text and legal basis.
  func addRules(to printout: inout Printout) {
    let rules = AssessmentSheet.merged(assessment["rules"].elements)
    guard !rules.isEmpty else { return printout.add("none") }
    printout.add(items: rules)
  }

  /// The legal sources, one line each: what is cited, since when, and what it says.
  static func sources(_ sources: [JSON]) -> [String] {
    sources.map { source in
      let names = [source["instrument"], source["instrument_en"]].compactMap(\.text)
      let name =
        names.count == 2 && names[0] != names[1]
        ? "\(names[0]) (\(names[1]))" : names.first ?? "-"
      let since = "since \(source["in_force_from"].cell)"
      let texts = [source["text"], source["text_zh"]].compactMap(\.text)
      return "[\(source["id"].cell)] \(name), \(source["article"].cell), \(since): "
        + texts.joined(separator: " / ")
    }
  }

  /// What could be granted for each target, with who set each number.
  var caps: Table {
    Table(
      [
        .number("TARGET"), .text("LIMIT"), .text("AT MOST"), .prose("SET BY"),
      ],
      empty: "nothing",
      rows: assessment["caps"].elements.flatMap { cap in
        let limits: [(String, String, String)] = [
          ("requests a second", "max_rps", weighted(cap, "max_rps")),
          ("at once", "max_concurrency", cap["max_concurrency"].cell),
          ("requests a day", "daily_requests", weighted(cap, "daily_requests")),
          ("hours", "windows", Hours.granted(cap["windows"])),
        ]
        return limits.map { label, name, value in
          [cap["target"].cell, label, value, cap["set_by"][name].cell]
        }
      })
  }

  /// A number as it would be granted: divided where requests weigh more than one.
  private func weighted(_ cap: JSON, _ name: String) -> String {
    let granted = cap["granted"][name]
    let value = Numbers.grouped(granted.isNull ? cap[name].cell : granted.cell)
    let weight = cap["cost_weight"].cell
    return weight == "1" || weight == "-" ? value : "\(value) (each counts \(weight) times)"
  }

  private var tierText: String {
    let tier = assessment["tier"].cell
    return tier == "X" ? "X: prohibited; no signature can change that" : tier
  }

  private var seats: Table {
    Table(
      [.text("ROLE"), .prose("WHO COULD")], empty: "none",
      rows: assessment["seats"].elements.map { seat in
        let eligible = seat["eligible"].elements.compactMap { person in
          people.name(person.text)
        }
        return [
          seat["role"].cell,
          eligible.isEmpty
            ? "nobody: it cannot be submitted like this" : eligible.joined(separator: ", "),
        ]
      })
  }

  /// One line a rule, with every target it hits.
  private static func merged(_ rules: [JSON]) -> [String] {
    var order: [String] = []
    var targets: [String: [String]] = [:]
    var texts: [String: String] = [:]
    for rule in rules {
      let id = rule["id"].cell
      if texts[id] == nil {
        order.append(id)
        let basis = rule["basis"].joined().map { " [\($0)]" } ?? ""
        texts[id] = "\(id)  \(rule["text"].cell)\(basis)"
      }
      if let target = rule["target"].text { targets[id, default: []].append(target) }
    }
    let isMany = Set(targets.values.flatMap { $0 }).count > 1
    return order.map { id in
      let places = targets[id] ?? []
      let noun = places.count == 1 ? "target" : "targets"
      let suffix = isMany ? " (\(noun) \(places.joined(separator: ", ")))" : ""
      return (texts[id] ?? id) + suffix
    }
  }
}
