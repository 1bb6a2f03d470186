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
      id, pools by name or id. Days may be relative: today, +60d, -30d.

      With --proposal the file becomes a new revision of that proposal; without a file its
      newest revision is submitted as it is.
      """)

  @Argument(help: "The file; - is standard input.") var file: String?
  @Option(help: "Id or number of a proposal that is there already.") var proposal: String?
  @Flag(help: "Only store it, do not submit it.") var draft = false
  @Option(help: "Makes a repeat of this command harmless for a day.") var idempotencyKey: String?
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if file == nil, proposal == nil { throw ValidationError("Name a file.") }
    if file == nil, draft { throw ValidationError("--draft goes with a file.") }
  }

  func perform(_ session: Session) async throws {
    let (id, digest) = try await stored(session)
    if !draft {
      _ = try await session.api.post(
        Path("v1", "proposals", id, "submissions"), ["revision_digest": .string(digest)],
        idempotencyKey: idempotencyKey)
    }
    try session.show(
      try await session.api.get(Path("v1", "proposals", id)), SubmitProposalCommand.summary)
  }

  /// The proposal and the digest of its newest revision, after the file was stored.
  private func stored(_ session: Session) async throws -> (id: String, digest: String) {
    let answer: JSON
    if let file {
      let content = try ProposalFile.content(
        of: InputFile(file), now: .machine, localZone: .local)
      let path = proposal.map { Path("v1", "proposals", $0, "revisions") }
      answer = try await session.api.post(
        path ?? Path("v1", "proposals"), content: content, idempotencyKey: idempotencyKey
      ).json
      if proposal == nil { session.remark("draft \(answer["number"].cell) \(answer["id"].cell)") }
    } else {
      answer = try await session.api.get(Path("v1", "proposals", proposal ?? "")).json
    }
    let newest = answer["draft_revision"].isNull ? answer : answer["draft_revision"]
    guard let id = proposal ?? answer["id"].string, let digest = newest["digest"].string else {
      throw NotOurs(reason: "the answer has no id or digest")
    }
    return (id, digest)
  }

  private static func summary(_ view: JSON) -> Printout {
    let open = ProposalText.openSeats(view)
    return Printout([
      "proposal": "\(view["number"].cell)  \(view["id"].cell)",
      "status": ProposalText.status(view), "digest": view["digest"].text,
      "newer draft": ProposalText.draft(view),
      "tier": ProposalText.tier(view),
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
