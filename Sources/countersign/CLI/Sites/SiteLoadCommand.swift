import ArgumentParser
import Domain

/// `sites load`.
struct SiteLoadCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Who may send how much to a site, who holds a share now, what was sent and refused.")

  @Argument(help: "The site's host.") var host: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    try session.show(
      try await session.api.get(Path("v1", "sites", host, "load")), Printout.siteLoad)
  }
}

extension Printout {
  /// Ceiling, sharers, holders, the last minutes.
  static func siteLoad(_ load: JSON) -> Printout {
    let (ceiling, occupied) = (load["ceiling"], load["occupied"])
    let today = load["today"]
    var printout = Printout([
      "site": load["host"].text.map { host in
        load["registered"] == .bool(true) ? host : "\(host) (not registered)"
      },
      "requests a second": "\(occupied["rps"].cell) of \(ceiling["max_rps"].cell) taken up",
      "burst": "\(occupied["burst"].cell) of \(ceiling["burst"].cell)",
      "at once": "\(occupied["concurrency"].cell) of \(ceiling["max_concurrency"].cell)",
      "today":
        "\(Numbers.grouped(today["spent"].cell)) of "
        + "\(Numbers.grouped(ceiling["daily_requests"].cell)) used or reserved",
      "held until": load["hold_until"].time,
      "hours": load["open"] == .bool(true) ? "open" : "closed now",
    ])
    printout.add(heading: "Who may send")
    printout.add(
      Table(
        [
          .number("NO"), .prose("TITLE"), .number("TARGET"), .number("RPS"), .number("A DAY"),
          .text("STATUS"),
        ], empty: "no grant",
        rows: load["budgets"].elements.map { budget in
          [
            budget["number"].cell, budget["title"].cell, budget["target"].cell,
            budget["max_rps"].cell, Numbers.grouped(budget["daily_requests"].cell),
            budget["status"].cell,
          ]
        }))
    printout.add(heading: "Who holds a share")
    printout.add(
      Table(
        [.text("WORKER"), .text("POOL"), .number("RPS"), .number("AT ONCE"), .text("UNTIL")],
        empty: "nobody",
        rows: load["leases"].elements.map { lease in
          [
            lease["worker"].cell, lease["pool"].cell, lease["rps"].cell,
            lease["concurrency"].cell, lease["expires_at"].timeCell,
          ]
        }))
    addRest(of: load, to: &printout)
    return printout
  }

  private static func addRest(of load: JSON, to printout: inout Printout) {
    let waiting = load["waiting"].elements
    if !waiting.isEmpty {
      printout.add(heading: "Who waits")
      printout.add(
        items: waiting.map {
          "\($0["worker"].cell) since \($0["since"].timeCell), wants \($0["wants_rps"].cell)"
        })
    }
    printout.add(heading: "Sent in the last hour, by reports")
    printout.add(
      Table(
        [.text("MINUTE"), .number("REQUESTS"), .number("FAILED")], empty: "nothing",
        rows: load["minutes"].elements.suffix(15).map { minute in
          [
            minute["minute"].timeCell, Numbers.grouped(minute["requests"].cell),
            Numbers.grouped(minute["failures"].cell),
          ]
        }))
    printout.add(heading: "Refused in the last hour")
    printout.add(
      Table(
        [.text("MINUTE"), .text("CODE"), .number("CALLS")], empty: "nothing",
        rows: load["refused"].elements.suffix(15).map { refused in
          [
            refused["minute"].timeCell, refused["code"].cell,
            Numbers.grouped(refused["calls"].cell),
          ]
        }))
  }
}
