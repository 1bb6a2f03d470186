import ArgumentParser
import Domain
import Foundation
import Ledger

/// `countersign files`: what lies beside proposals.
struct FilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "files", abstract: "What lies beside proposals.",
    subcommands: [GetFileCommand.self])
}

/// `files get`.
struct GetFileCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Save a file; its hash is checked on the way.")

  @Argument(help: "The file's id.") var file: String
  @Option(
    name: [.customShort("o"), .long],
    help: "Where to; - is standard output. Nothing that is there already is overwritten.")
  var output: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.download(Path("v1", "files", file))
    guard reply.eTag == "\"\(Digest.sha256(of: reply.bytes))\"" else {
      throw NotPossible("\(file) did not arrive as it was sent: its hash is another one")
    }
    let data = Foundation.Data(reply.bytes)
    if output == "-" { return FileHandle.standardOutput.write(data) }
    do {
      try data.write(to: URL(fileURLWithPath: output), options: .withoutOverwriting)
    } catch {
      throw NotPossible("\(output) cannot be written: \(error.localizedDescription)")
    }
    session.remark("\(reply.bytes.count) bytes in \(output)")
  }
}
