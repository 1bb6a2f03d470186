import ArgumentParser
import Domain

/// `proposals decline-counter`.
struct DeclineCounterCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "decline-counter",
    abstract: "Turn the counter-offer down; another revision goes on.")

  @Argument(help: "Id or number.") var proposal: String
  @Option(help: "Why.") var reason: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var body = JSONObject()
    body["reason"] = reason.map { .string($0) }
    let reply = try await session.api.post(
      Path("v1", "proposals", proposal, "counter_declines"), .object(body))
    try session.show(reply) { _ in
      Printout("the counter-offer is declined; proposal \(proposal) is a draft")
    }
  }
}
