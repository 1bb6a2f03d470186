import Domain

/// What goes on now, for a terminal or a page of a hundred columns.
enum TopText {
  /// How wide it is where nobody says.
  static let columns = 100

  /// Holds come first and leases last: what does not fit into a window is what matters least.
  static func printout(_ load: JSON) -> Printout {
    let totals = load["totals"]
    var printout = Printout(
      "\(load["now"].timeCell): \(totals["rps"].cell) requests a second out on "
        + "\(counted(totals["leases"], "lease")) of \(counted(totals["budgets"], "budget")), "
        + "\(totals["waiting"].cell) waiting")
    let names = names(of: load["budgets"].elements)
    let holds = load["holds"].elements
    if !holds.isEmpty {
      printout.add(heading: "Holds")
      printout.add(
        Table(
          [.text("KIND"), .prose("ON"), .text("UNTIL"), .prose("WHY")], empty: "none",
          rows: holds.map { hold in
            [
              hold["kind"].cell.replacing("_", with: " "), hold["subject"].cell,
              hold["until"].timeCell, hold["detail"].cell,
            ]
          }))
    }
    printout.add(heading: "Budgets")
    printout.add(budgets(load["budgets"].elements))
    let refused = load["refused"].elements
    if !refused.isEmpty {
      printout.add(heading: "Refused in the last 5 minutes")
      printout.add(
        Table(
          [.text("AT"), .text("CODE"), .number("CALLS"), .text("LAST MINUTE")], empty: "none",
          rows: refused.map { row in
            [
              row["host"].text ?? names[row["scope"].cell] ?? row["scope"].cell,
              row["code"].cell, Numbers.grouped(row["calls"].cell), row["last_minute"].timeCell,
            ]
          }))
    }
    printout.add(heading: "Leases")
    printout.add(leases(load, names))
    return printout
  }

  private static func budgets(_ budgets: [JSON]) -> Table {
    Table(
      [
        .text("AT"), .prose("HOSTS"), .number("RPS"), .number("LEASES"), .number("TODAY"),
        .number("WAIT"), .number("REFUSED"), .text("STATE"),
      ],
      empty: "no grant is in force",
      rows: budgets.map { budget in
        [
          name(of: budget), budget["hosts"].joined(" ") ?? "-",
          "\(budget["rps"].cell)/\(budget["max_rps"].cell)",
          "\(budget["leases"].cell)/\(budget["max_workers"].cell)",
          "\(budget["spent_today"].cell)/\(budget["daily_requests"].cell)",
          budget["waiting"].cell, budget["refused"].cell, budget["status"].cell,
        ]
      })
  }

  private static func leases(_ load: JSON, _ names: [String: String]) -> Table {
    let now = load["now"].string.flatMap { Timestamp($0) }
    return Table(
      [
        .prose("WORKER"), .prose("POOL"), .text("AT"), .number("RPS"), .number("TERM"),
        .number("LEFT"), .prose("HOSTS"),
      ],
      empty: "no lease is in force",
      rows: load["leases"].elements.map { lease in
        let left = lease["expires_at"].string.flatMap { Timestamp($0) }.flatMap { end in
          now.map { "\(max(0, end.microseconds(since: $0) / 1_000_000)) s" }
        }
        return [
          lease["worker"].cell, lease["pool"].cell,
          names[lease["budget"].cell] ?? "-", lease["rps"].cell, lease["term"].cell,
          left ?? "-", lease["hosts"].joined(" ") ?? "-",
        ]
      })
  }

  /// Proposal and target of each budget, by its id.
  private static func names(of budgets: [JSON]) -> [String: String] {
    Dictionary(
      budgets.map { ($0["id"].cell, name(of: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  private static func name(of budget: JSON) -> String {
    "\(budget["number"].cell).\(budget["target"].cell)"
  }

  private static func counted(_ number: JSON, _ noun: String) -> String {
    "\(Numbers.grouped(number.cell)) \(noun)\(number.cell == "1" ? "" : "s")"
  }
}
