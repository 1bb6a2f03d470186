import ArgumentParser
import Domain
import Foundation
import Wire

/// `proposals submit`: from a file to an open review in one command.
struct SubmitProposalCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Create a proposal from a file and submit it for review.",
    discussion: """
      The file is the content of openapi.yaml in YAML or JSON. People stand in it by e-mail or
      id, pools by name or id. starts_on and ends_on may be `today` or `+60d`.
      """)

  @Argument(help: "The file; - is standard input.") var file: String
  @Flag(help: "Only create the draft.") var draft = false
  @Option(help: "Makes a repeat of this command harmless for a day.") var idempotencyKey: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let content = try ProposalFile.content(
      of: InputFile(file), now: .machine, localZone: .local)
    let created = try await session.api.post(
      Path("v1", "proposals"), content: content, idempotencyKey: idempotencyKey)
    let proposal = try created.json
    guard let id = proposal["id"].string, let digest = proposal["digest"].string else {
      throw NotOurs(reason: "the new proposal has no id or digest")
    }
    if draft { return try session.show(created, SubmitProposalCommand.summary) }
    session.remark("draft \(proposal["number"].cell) \(id)")
    _ = try await session.api.post(
      Path("v1", "proposals", id, "submissions"), ["revision_digest": .string(digest)],
      idempotencyKey: idempotencyKey)
    try session.show(
      try await session.api.get(Path("v1", "proposals", id)), SubmitProposalCommand.summary)
  }

  private static func summary(_ view: JSON) -> Printout {
    let open = ProposalView.openSeats(view)
    return Printout([
      "proposal": "\(view["number"].cell)  \(view["id"].cell)",
      "status": ProposalView.status(view), "digest": view["digest"].text,
      "tier": ProposalView.tier(view),
      "must sign": open.isEmpty ? nil : open.joined(separator: ", "),
      "decide by": view["round"]["decide_by"].time,
    ])
  }
}

extension Timestamp {
  /// What this machine's clock says: for relative dates only, nothing is decided by it.
  static var machine: Timestamp {
    Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
  }
}
