import ArgumentParser
import Domain

/// `proposals timeline`.
struct TimelineCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline", abstract: "Everything that happened to a proposal, oldest first.")

  @Argument(help: "Id or number.") var proposal: String
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "proposals", proposal, "timeline"), page.query)
    try session.showList(reply) { items in
      Table(
        [
          .text("WHEN"), .prose("WHO"), .text("AS"), .text("WHAT"), .prose("ABOUT"),
        ],
        empty: "nothing happened", rows: items.map(TimelineCommand.row))
    }
  }

  private static func row(_ item: JSON) -> [String] {
    let detail = item["detail"]
    let about = detail.members.filter { !["round", "decision", "revision"].contains($0.name) }
      .compactMap { name, value -> String? in
        let text = value.text ?? value.joined()
        return text.map { name == "reason" ? "“\($0)”" : "\(name) \($0)" }
      }
    let revision = item["object"]["revision"].text.map { ["r\($0)"] } ?? []
    return [
      item["at"].timeCell, item["actor_name"].text ?? item["actor"].cell, item["role"].cell,
      item["type"].cell, (revision + about).joined(separator: ", "),
    ]
  }
}

/// `proposals impact-assessment`.
struct ImpactAssessmentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "impact-assessment",
    abstract: "The impact assessment of a revision as a document.",
    discussion: """
      What 网络数据安全管理条例 art. 18 asks for, from the stored facts. Markdown unless --html; \
      with --json the facts themselves.
      """)

  enum Language: String, ExpressibleByArgument, CaseIterable {
    case en, zh
  }

  @Argument(help: "Id or number of the proposal.") var proposal: String
  @Option(help: "en or zh.") var lang: Language = .en
  @Option(help: "The number of a revision; the one under review unless given.")
  var revision: Int?
  @Flag(help: "One HTML page that prints.") var html = false
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "proposals", proposal, "impact-assessment"),
      [("lang", lang.rawValue), ("revision", revision.map { String($0) })],
      accept: session.printsJSON ? "application/json" : html ? "text/html" : "text/markdown")
    session.terminal.write(exactly: reply.bytes)
  }
}
