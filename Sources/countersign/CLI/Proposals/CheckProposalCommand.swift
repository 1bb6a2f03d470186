import ArgumentParser
import Domain
import Wire

/// `proposals check`: what the policy would say, without creating anything.
struct CheckProposalCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "What the policy says of a file; nothing is created.")

  @Argument(help: "The file; - is standard input.") var file: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let content = try ProposalFile.content(
      of: InputFile(file), now: .machine, localZone: .local)
    let reply = try await session.api.post(Path("v1", "assessments"), content: content)
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let people = try await Directory.people(session)
    try session.show(reply) { AssessmentSheet(assessment: $0, people: people).printout }
  }
}
