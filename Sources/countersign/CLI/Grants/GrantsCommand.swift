import ArgumentParser
import Domain

/// `countersign grants`: the numbers that were really authorised.
struct GrantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grants", abstract: "The numbers that were really authorised.",
    subcommands: [ListGrantsCommand.self, ShowGrantCommand.self, RevokeGrantCommand.self])
}

/// `grants list`.
struct ListGrantsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Grants in the order in which they were made.")

  @Option(help: "scheduled, active, suspended, ended, revoked or replaced.")
  var status: String?
  @Option(help: "Those with a target on this site.") var site: String?
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "grants"), [("status", status), ("site", site)] + page.query)
    try session.showList(reply) { grants in
      Table(
        [
          .text("ID"), .text("STATUS"), .text("TIER"), .text("STARTS"), .text("ENDS"),
          .text("PROPOSAL"),
        ],
        empty: "no grants",
        rows: grants.map { grant in
          [
            grant["id"].cell, ProposalText.status(grant), grant["tier"].cell,
            grant["starts_at"].timeCell, grant["ends_at"].timeCell, grant["proposal"].cell,
          ]
        })
    }
  }
}

/// `grants show`.
struct ShowGrantCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One grant: what may be sent where, and who set each number.")

  @Argument(help: "The grant's id.") var grant: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "grants", grant))
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let pools = try await Directory.pools(session)
    try session.show(reply) { Printout.grant($0, pools: pools) }
  }
}

/// `grants revoke`.
struct RevokeGrantCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End a grant now, with all its leases. One person is enough.")

  @Argument(help: "The grant's id.") var grant: String
  @Option(help: "Why.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(
      Path("v1", "grants", grant, "revocations"), ["reason": .string(reason)])
    try session.show(reply) { _ in Printout("\(grant) is revoked") }
  }
}

extension Printout {
  /// One grant.
  static func grant(_ grant: JSON, pools: Directory) -> Printout {
    var printout = Printout([
      "grant": grant["id"].text, "status": ProposalText.status(grant),
      "proposal": grant["proposal"].text,
      "digest": grant["digest"].text, "tier": grant["tier"].text,
      "starts": grant["starts_at"].time, "ends": grant["ends_at"].time,
      "pools": grant["pools"].elements.compactMap { pools.name($0.text) }
        .joined(separator: ", "),
    ])
    for budget in grant["budgets"].elements {
      printout.add(heading: "Target \(budget["target"].cell): \(budget["hosts"].joined() ?? "")")
      printout.add(limits(of: budget))
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

  private static func limits(of budget: JSON) -> Table {
    let limits: [(label: String, name: String, value: String)] = [
      ("requests a second", "max_rps", budget["max_rps"].cell),
      ("burst", "burst", budget["burst"].cell),
      ("at once", "max_concurrency", budget["max_concurrency"].cell),
      ("workers", "max_workers", budget["max_workers"].cell),
      ("requests a day", "daily_requests", Numbers.grouped(budget["daily_requests"].cell)),
      ("requests in all", "total_requests", Numbers.grouped(budget["total_requests"].cell)),
      ("hours", "windows", Hours.granted(budget["windows"])),
      ("paths", "path_prefixes", budget["path_prefixes"].joined(" ") ?? "-"),
    ]
    return Table(
      [.text("LIMIT"), .text("AT MOST"), .prose("SET BY")], empty: "none",
      rows: limits.map { [$0.label, $0.value, budget["set_by"][$0.name].cell] })
  }
}
