import ArgumentParser
import Domain

/// `proposals accept-counter`.
struct AcceptCounterCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept-counter",
    abstract: "Take the reviewers' narrower numbers; by the requester or owner.")

  @Argument(help: "Id or number.") var proposal: String
  @Option(help: "The counter-offer you read, sha256:…; without it, the one there is now.")
  var digest: Digest?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let view = try await session.api.get(Path("v1", "proposals", proposal)).json
    guard let id = view["id"].string else { throw NotOurs(reason: "the proposal has no id") }
    guard let accepted = digest?.description ?? view["counter"]["digest"].string else {
      throw NotPossible("proposal \(proposal) has no counter-offer")
    }
    session.remark("accept \(accepted)")
    let reply = try await session.api.post(
      Path("v1", "proposals", id, "counter_acceptances"), ["counter_digest": .string(accepted)])
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let after = try await session.api.get(Path("v1", "proposals", id)).json
    session.terminal.write(
      Printout([
        "proposal": "\(after["number"].cell)  \(after["title"].cell)",
        "status": ProposalText.status(after), "grant": after["grant"]["id"].text,
      ]).lines(for: session.terminal))
  }
}
