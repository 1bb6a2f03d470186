import ArgumentParser
import Domain

/// `countersign reviews`: what waits for a signature, and signing.
struct ReviewsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reviews", abstract: "What waits for your signature, and signing.",
    subcommands: [
      ListReviewsCommand.self, ShowReviewCommand.self, ApproveCommand.self,
      RequestChangesCommand.self, RejectCommand.self, RetractCommand.self,
    ])
}

/// `reviews list`.
struct ListReviewsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Proposals that wait for your signature.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "proposals"), [("awaiting", "me")] + page.query)
    try session.showList(reply) {
      ProposalText.table($0, empty: "nothing waits for your signature")
    }
  }
}

/// `reviews show`.
struct ShowReviewCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "What would be allowed, what the policy found, who must sign, whether you can.")

  @Argument(help: "The proposal's id or number.") var proposal: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "proposals", proposal))
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let view = try reply.json
    let content = try await ReviewSheet.content(of: view, session)
    // A draft is not held against the policy yet; a round is, with every version since.
    let assessment =
      view["assessment"].isNull
      ? try await session.api.post(Path("v1", "assessments"), ["content": content]).json
      : view["assessment"]
    let sheet = ReviewSheet(
      view: view, content: content, people: try await Directory.people(session))
    session.terminal.write(sheet.review(assessment: assessment).lines(for: session.terminal))
  }
}
