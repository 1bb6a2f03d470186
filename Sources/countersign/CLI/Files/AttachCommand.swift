import ArgumentParser
import Domain

/// `proposals attach`.
struct AttachCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach", abstract: "Put a file beside a proposal, for those who review it.",
    discussion: """
      A file that the content refers to by its sha256 is shown there. At most 20 MiB.

      countersign proposals attach 12 authorisation.pdf
      """)

  @Argument(help: "Id or number.") var proposal: String
  @Argument(help: "The file.", completion: .file()) var file: String
  @Option(help: "What it is called there; else its own name.") var name: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let input = try InputFile(file, bytesMax: AttachedFile.bytesMax)
    let own = file.split(separator: "/").last.map(String.init) ?? file
    let reply = try await session.api.upload(
      Path("v1", "proposals", proposal, "files"), input.bytes,
      name: name ?? (file == "-" ? "standard-input" : own))
    try session.show(reply, Printout.file)
  }
}

/// `proposals files`.
struct ProposalFilesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "files", abstract: "The files beside a proposal.")

  @Argument(help: "Id or number.") var proposal: String
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "proposals", proposal, "files"), page.query)
    try session.showList(reply) { files in
      Table(
        [
          .text("ID"), .number("BYTES"), .text("KIND"), .text("SENT"), .prose("NAME"),
        ],
        empty: "no files",
        rows: files.map { file in
          [
            file["id"].cell, file["size"].cell, file["media_type"].cell,
            file["created_at"].timeCell, file["name"].cell,
          ]
        })
    }
  }
}

/// `proposals note`.
struct NoteCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Remark on a proposal; without a text, show the remarks.")

  @Argument(help: "Id or number.") var proposal: String
  @Argument(help: "The remark; everybody who reads the proposal sees it.") var text: String?
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let path = Path("v1", "proposals", proposal, "notes")
    guard let text else {
      let reply = try await session.api.get(path, page.query)
      if session.printsJSON { return try session.show(reply) { _ in Printout() } }
      let people = try await Directory.people(session)
      return try session.showList(reply) { notes in
        Table(
          [.text("AT"), .text("BY"), .prose("TEXT")], empty: "no notes",
          rows: notes.map { note in
            let author = note["author"].string
            return [note["created_at"].timeCell, people.name(author) ?? "-", note["text"].cell]
          })
      }
    }
    let reply = try await session.api.post(path, ["text": .string(text)])
    try session.show(reply) { _ in Printout("noted on proposal \(proposal)") }
  }
}

extension Printout {
  /// One file.
  static func file(_ file: JSON) -> Printout {
    Printout([
      "id": file["id"].text, "name": file["name"].text, "bytes": file["size"].text,
      "kind": file["media_type"].text, "sha256": file["sha256"].text,
    ])
  }
}
