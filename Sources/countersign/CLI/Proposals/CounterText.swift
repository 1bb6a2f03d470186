import Domain

/// Conditions, counter-offers and stale signatures of a proposal's view in words.
enum CounterText {
  /// One row a target: what would be granted, and how long the requests take at that.
  static func numbers(_ offer: JSON) -> Table {
    Table(
      [
        .number("TARGET"), .number("RPS"), .number("BURST"), .number("AT ONCE"),
        .number("WORKERS"), .number("A DAY"), .prose("HOURS"), .text("TAKES"),
      ],
      empty: "nothing",
      rows: offer["targets"].elements.map { target in
        [
          target["index"].cell, target["max_rps"].cell, target["burst"].cell,
          target["max_concurrency"].cell, target["max_workers"].cell,
          Numbers.grouped(target["daily_requests"].cell), Hours.granted(target["windows"]),
          duration(target["projected_seconds"]),
        ]
      })
  }

  /// Each number that a condition set, and whose it is: `0.max_rps 0.1 by legal_reviewer, Lea`.
  static func setters(_ offer: JSON, _ people: Directory) -> [String] {
    let targets = zip(offer["targets"].elements, offer["set_by"]["targets"].elements)
    var lines = targets.flatMap { numbers, setBy in
      setBy.members.compactMap { name, setter in
        who(setter, people).map { who in
          let value = name == "windows" ? Hours.granted(numbers[name]) : numbers[name].cell
          return "\(numbers["index"].cell).\(name) \(value) by \(who)"
        }
      }
    }
    if let who = who(offer["set_by"]["ends_on"], people) {
      lines.append("ends_on \(offer["ends_on"].cell) by \(who)")
    }
    return lines
  }

  /// Who signed an earlier revision, and what has changed since.
  static func stale(_ stale: JSON, _ people: Directory) -> [String] {
    let signed = stale["decisions"].elements.map { decision in
      let person = people.name(decision["person"].text) ?? "-"
      return "\(decision["verdict"].cell) as \(decision["role"].cell), \(person): not counted"
    }
    let changes = stale["diff"].elements.map { entry in
      "\(entry["effect"].cell): \(entry["pointer"].cell) "
        + "\(ProposalText.value(entry["from"])) -> \(ProposalText.value(entry["to"]))"
    }
    return signed + (changes.isEmpty ? ["the text is the same"] : changes)
  }

  /// Conditions that could not be taken beside others.
  static func conflicts(_ conflicts: [JSON], _ people: Directory) -> [String] {
    conflicts.map { conflict in
      let person = people.name(conflict["person"].text) ?? "-"
      return "\(conflict["role"].cell), \(person): refused beside "
        + (conflict["with"].joined() ?? "-")
    }
  }

  /// `3 d 4 h`, the two largest units.
  static func duration(_ seconds: JSON) -> String {
    guard let text = seconds.text, let total = Int64(text) else { return "for ever" }
    let units: [(String, Int64)] = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
    var rest = total
    let parts = units.compactMap { name, size -> String? in
      defer { rest %= size }
      return rest / size > 0 ? "\(rest / size) \(name)" : nil
    }
    return parts.isEmpty ? "0 s" : parts.prefix(2).joined(separator: " ")
  }

  private static func who(_ setter: JSON, _ people: Directory) -> String? {
    let names = setter["decisions"].elements.map { decision in
      "\(decision["role"].cell), \(people.name(decision["person"].text) ?? "-")"
    }
    return names.isEmpty ? nil : names.joined(separator: " and ")
  }
}
