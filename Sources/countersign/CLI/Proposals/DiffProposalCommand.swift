import ArgumentParser
import Domain

/// `proposals diff`.
struct DiffProposalCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What one revision changes against another, field by field.")

  @Argument(help: "Id or number.") var proposal: String
  @Option(help: "The revision; without it, the newest.") var revision: Int64?
  @Option(help: "Against which one; without it, the one before.") var against: Int64?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var n = revision
    if n == nil {
      let view = try await session.api.get(Path("v1", "proposals", proposal)).json
      n = (view["draft_revision"]["n"].text ?? view["revision"].text).flatMap { Int64($0) }
    }
    guard let n else { throw NotOurs(reason: "the proposal has no revision") }
    let reply = try await session.api.get(
      Path("v1", "proposals", proposal, "revisions", String(n), "diff"),
      [("against", against.map { String($0) })])
    try session.show(reply) { diff in
      var printout = Printout()
      printout.add(ProposalText.diff(diff["entries"].elements))
      return printout
    }
  }
}
