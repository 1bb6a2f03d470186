import ArgumentParser

/// `countersign ready`: for the health checks of containers, which have no other HTTP client.
struct ReadyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "ready",
    abstract: "Ask a service whether it can serve: exit code 0 when it is ready.")

  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("readyz"))
    try session.show(reply) { _ in Printout("ready") }
  }
}
