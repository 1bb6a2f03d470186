import ArgumentParser
import Domain

/// `countersign proposals`: what somebody wants to crawl.
struct ProposalsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proposals", abstract: "What somebody wants to crawl.",
    subcommands: [
      SubmitProposalCommand.self, ShowProposalCommand.self, ListProposalsCommand.self,
      CheckProposalCommand.self, DiffProposalCommand.self, AcceptCounterCommand.self,
      DeclineCounterCommand.self, WithdrawProposalCommand.self, DossierCommand.self,
      NoteCommand.self, AttachCommand.self, ProposalFilesCommand.self, TimelineCommand.self,
      ImpactAssessmentCommand.self,
    ])
}

/// `proposals show`.
struct ShowProposalCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One proposal: what is asked for and where it stands.")

  @Argument(help: "Id or number.") var proposal: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "proposals", proposal))
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let view = try reply.json
    let content = try await ReviewSheet.content(of: view, session)
    let people = try await Directory.people(session)
    session.terminal.write(
      ReviewSheet(view: view, content: content, people: people).proposal
        .lines(for: session.terminal))
  }
}

/// `proposals list`.
struct ListProposalsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Proposals, newest first.")

  @Option(
    help: "draft, in_review, countered, approved, rejected, changes_requested, lapsed, withdrawn …")
  var status: String?
  @Option(help: "Those with a target on this site.") var site: String?
  @Option(help: "Those this person owns: id or e-mail.") var owner: String?
  @Option(help: "T0 to T4.") var tier: String?
  @Option(name: .customLong("search"), help: "Words of the title.") var words: String?
  @Flag(help: "Those that wait for your signature.") var awaitingMe = false
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var person: String?
    if let owner { person = try await Directory.person(owner, session) }
    let reply = try await session.api.get(
      Path("v1", "proposals"),
      [
        ("status", status), ("site", site), ("owner", person), ("tier", tier), ("q", words),
        ("awaiting", awaitingMe ? "me" : nil),
      ] + page.query)
    try session.showList(reply) { ProposalText.table($0, empty: "no proposals") }
  }
}

/// `proposals withdraw`.
struct WithdrawProposalCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Take a proposal back; by its requester or owner.")

  @Argument(help: "Id or number.") var proposal: String
  @Option(help: "Why.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(
      Path("v1", "proposals", proposal, "withdrawals"), ["reason": .string(reason)])
    try session.show(reply) { _ in Printout("proposal \(proposal) is withdrawn") }
  }
}
