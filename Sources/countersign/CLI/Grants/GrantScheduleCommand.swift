import ArgumentParser
import Domain

/// `grants schedule`.
struct GrantScheduleCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule", abstract: "When requests may be sent in the days to come.")

  @Argument(help: "The grant's id.") var grant: String
  @Option(help: "The first day, as 2027-01-31; today where it is not said.") var from: String?
  @Option(help: "How many days.") var days = 7
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "grants", grant, "schedule"), [("from", from), ("days", String(days))])
    try session.show(reply, Printout.schedule)
  }
}

extension Printout {
  /// The open hours of every target, day by day.
  static func schedule(_ answer: JSON) -> Printout {
    var printout = Printout()
    for target in answer["targets"].elements {
      printout.add(
        heading: "Target \(target["index"].cell), \(target["time_zone"].cell): next open "
          + (target["next_opens_at"].time ?? "never in these days"))
      printout.add(
        Table(
          [.text("DAY"), .text("OPEN FROM"), .text("TO"), .number("AT MOST")],
          empty: "no days",
          rows: target["days"].elements.flatMap(rows)))
    }
    return printout
  }

  private static func rows(of day: JSON) -> [[String]] {
    let open = day["open"].elements
    let most = Numbers.grouped(day["most_requests"].cell)
    if open.isEmpty { return [[day["day"].cell, "closed", "", most]] }
    return open.enumerated().map { number, stretch in
      [
        number == 0 ? day["day"].cell : "", stretch["from"].timeCell, stretch["to"].timeCell,
        number == 0 ? most : "",
      ]
    }
  }
}
