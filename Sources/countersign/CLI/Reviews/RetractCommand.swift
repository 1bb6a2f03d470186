import ArgumentParser
import Domain

/// `reviews retract`.
struct RetractCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "retract",
    abstract: "Take your own decision back, before the round is decided.")

  @Argument(help: "The decision's id, dec_….") var decision: String
  @Option(help: "Why.") var reason: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var body = JSONObject()
    body["reason"] = reason.map { .string($0) }
    let reply = try await session.api.post(
      Path("v1", "decisions", decision, "retractions"), .object(body))
    try session.show(reply) { decision in
      Printout([
        "decision": decision["id"].text, "void": decision["void"].text,
        "seat": decision["role"].text.map { "\($0) is open again" },
      ])
    }
  }
}
