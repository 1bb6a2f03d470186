import ArgumentParser
import Domain

/// `countersign breakers`: what usage reports have stopped.
struct BreakersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "breakers", abstract: "What usage reports have stopped.",
    subcommands: [ListBreakersCommand.self])
}

/// `breakers list`.
struct ListBreakersCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Breakers, each of a budget on a host.",
    discussion: """
      countersign breakers list --site example.com
      One that people have to lift is lifted by two: countersign grants resume.
      """)

  @Option(help: "Those of this grant.") var grant: String?
  @Option(help: "Those on this host and everything under it.") var site: String?
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "breakers"), [("grant", grant), ("site", site)] + page.query)
    try session.showList(reply) { breakers in
      Table(
        [
          .text("HOST"), .text("STATE"), .number("SHARE"), .text("SINCE"), .text("UNTIL"),
          .number("OPENINGS"), .text("GRANT"), .prose("CAUSES"),
        ],
        empty: "no breaker has heard anything",
        rows: breakers.map { breaker in
          [
            breaker["host"].cell, breaker["state"].cell,
            breaker["share_percent"].text.map { "\($0) %" } ?? "-",
            breaker["since"].timeCell,
            breaker["lifted_by"].string == "people"
              ? "two people resume it" : breaker["until"].timeCell,
            breaker["openings_24h"].cell, breaker["grant"].cell,
            breaker["causes"].joined(" ") ?? "-",
          ]
        })
    }
  }
}
