import ArgumentParser
import Domain

/// `countersign grants`: the numbers that were really authorised.
struct GrantsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grants", abstract: "The numbers that were really authorised.",
    subcommands: [
      ListGrantsCommand.self, ShowGrantCommand.self, GrantUsageCommand.self,
      GrantScheduleCommand.self,
      NarrowGrantCommand.self, ResumeGrantCommand.self, AttestGrantCommand.self,
      HandOverGrantCommand.self, RevokeGrantCommand.self,
    ])
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
    let people = try await Directory.people(session)
    try session.show(reply) { Printout.grant($0, pools: pools, people: people) }
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
