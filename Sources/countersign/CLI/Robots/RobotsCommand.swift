import ArgumentParser
import Domain

/// `countersign robots`: what a robots.txt says.
struct RobotsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robots", abstract: "What a robots.txt says (RFC 9309).",
    subcommands: [CheckRobotsCommand.self])
}

/// `robots check`.
struct CheckRobotsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "May a crawler fetch these URLs, and which line says so.",
    discussion: "With --host the service fetches the file. The exit code is 1 when any is not "
      + "allowed.")

  @Option(help: "The host whose robots.txt the service fetches.") var host: String?
  @Option(help: "A robots.txt; - reads standard input.") var file: String?
  @Option(name: .customLong("user-agent"), help: "The crawler's User-Agent.")
  var userAgent: String
  @Argument(help: "URLs, or paths that begin with /.") var urls: [String]
  @OptionGroup var client: ClientOptions

  func validate() throws {
    guard (host == nil) != (file == nil) else {
      throw ValidationError("Give either --host or --file.")
    }
    guard !urls.isEmpty else { throw ValidationError("Give a URL.") }
  }

  func perform(_ session: Session) async throws {
    var body: JSONObject = [
      "user_agent": .string(userAgent), "urls": .array(urls.map { .string($0) }),
    ]
    body["host"] = host.map { .string($0) }
    if let file {
      body["body"] = .string(String(decoding: try InputFile(file).bytes, as: UTF8.self))
    }
    let reply = try await session.api.post(Path("v1", "robots-checks"), .object(body))
    try session.show(reply) { Printout(CheckRobotsCommand.table($0)) }
    if try reply.json["verdicts"].elements.contains(where: { !$0["allowed"].isTrue }) {
      throw ExitCode(1)
    }
  }

  static func table(_ json: JSON) -> Table {
    let isFound = json["robots"].string == "found"
    return Table(
      [.text("ALLOWED"), .prose("URL"), .prose("LINE")], empty: "no URL",
      rows: json["verdicts"].elements.map { verdict in
        [
          verdict["allowed"].cell, verdict["url"].cell,
          isFound ? DossierText.line(of: verdict) : "robots.txt: \(json["robots"].cell)",
        ]
      })
  }
}
