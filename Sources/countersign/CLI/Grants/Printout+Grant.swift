import Domain

extension Printout {
  /// One grant.
  static func grant(_ grant: JSON, pools: Directory, people: Directory) -> Printout {
    let parties = grant["parties"]
    var printout = Printout([
      "grant": grant["id"].text, "status": ProposalText.status(grant),
      "proposal": grant["proposal"].text,
      "digest": grant["digest"].text, "tier": grant["tier"].text,
      "starts": grant["starts_at"].time, "ends": grant["ends_at"].time,
      "pools": grant["pools"].elements.compactMap { pools.name($0.text) }
        .joined(separator: ", "),
      "owner": people.name(parties["owner"].text), "deputy": people.name(parties["deputy"].text),
      "maintainer": people.name(parties["maintainer"].text),
      "attestation": grant["attestation"]["next_due"].time.map { "due by \($0)" },
      "evidence": grant["evidence_expires_at"].time.map { "until \($0)" },
      "replaced by": grant["replaced_by"].text.map {
        "\($0) at \(grant["replaced_at"].timeCell)"
      },
    ])
    for budget in grant["budgets"].elements {
      printout.add(heading: "Target \(budget["target"].cell): \(budget["hosts"].joined() ?? "")")
      printout.add(limits(of: budget))
    }
    let narrowings = grant["narrowings"].elements
    if !narrowings.isEmpty {
      printout.add(heading: "Narrowed")
      printout.add(
        items: narrowings.map { narrowing in
          "\(narrowing["n"].cell): \(narrowing["narrowed_at"].timeCell) by "
            + "\(people.name(narrowing["person"].text) ?? "-"): \(narrowing["reason"].cell)"
        })
    }
    let blocking =
      ProposalText.reasons(grant["blocking"].elements)
      + grant["token_blocks"].elements.map { "\($0["rule"].cell): \($0["text"].cell)" }
    if !blocking.isEmpty {
      printout.add(heading: "Stopped by")
      printout.add(items: blocking)
    }
    return printout
  }

  /// The real use of a grant: what a follow-up might ask for, and the days.
  static func usage(_ usage: JSON) -> Printout {
    var printout = Printout(
      Table(
        [
          .number("TARGET"), .number("GRANTED RPS"), .number("SEEN RPS"), .number("A DAY"),
          .number("MOST IN A DAY"), .number("SENT"), .number("LEFT"), .text("PROPOSED"),
        ],
        empty: "no targets",
        rows: usage["targets"].elements.map { target in
          let (granted, used) = (target["granted"], target["used"])
          let proposed = target["proposed"]
          return [
            target["index"].cell, granted["max_rps"].cell, used["max_rps_seen"].cell,
            Numbers.grouped(granted["daily_requests"].cell),
            Numbers.grouped(used["most_in_a_day"].cell), Numbers.grouped(used["requests"].cell),
            Numbers.grouped(used["total_left"].cell),
            "\(proposed["max_rps"].cell) rps, \(proposed["daily_requests"].cell) a day",
          ]
        }))
    printout.add(heading: "By day")
    printout.add(
      Table(
        [.text("DAY"), .number("TARGET"), .number("SENT"), .number("RESERVED")],
        empty: "nothing was leased yet",
        rows: usage["days"].elements.map { day in
          [
            day["day"].cell, day["target"].cell, Numbers.grouped(day["requests"].cell),
            Numbers.grouped(day["reserved"].cell),
          ]
        }))
    return printout
  }

  private static func limits(of budget: JSON) -> Table {
    let limits: [(label: String, name: String, value: String)] = [
      ("requests a second", "max_rps", budget["max_rps"].cell),
      ("burst", "burst", budget["burst"].cell),
      ("at once", "max_concurrency", budget["max_concurrency"].cell),
      ("workers", "max_workers", budget["max_workers"].cell),
      ("requests a day", "daily_requests", Numbers.grouped(budget["daily_requests"].cell)),
      ("requests in all", "total_requests", Numbers.grouped(budget["total_requests"].cell)),
      ("hours", "windows", Hours.granted(budget["windows"])),
      ("until", "ends_at", budget["ends_at"].timeCell),
      ("paths", "path_prefixes", budget["path_prefixes"].joined(" ") ?? "-"),
    ]
    return Table(
      [.text("LIMIT"), .text("AT MOST"), .prose("SET BY")], empty: "none",
      rows: limits.map { [$0.label, $0.value, budget["set_by"][$0.name].cell] })
  }
}
