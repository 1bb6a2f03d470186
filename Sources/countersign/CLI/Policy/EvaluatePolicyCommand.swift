import ArgumentParser
import Domain

/// `policy evaluate`: what a policy makes of a proposal, rule by rule.
struct EvaluatePolicyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "What a policy makes of a proposal, rule by rule.",
    discussion: """
      By the policy in force unless --version names another one, or --policy a file. Nothing is \
      stored, and nothing that is under review changes.
      """)

  @Argument(help: "Id or number of the proposal.") var proposal: String
  @Option(help: "A file with the policy to try, YAML or JSON.") var policy: String?
  @Option(help: "The number of a version, proposed ones too.") var version: Int?
  @Option(help: "The number of a revision; the newest unless given.") var revision: Int?
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if policy != nil, version != nil {
      throw ValidationError("Either --policy or --version.")
    }
  }

  func perform(_ session: Session) async throws {
    var body: JSONObject = ["proposal": .string(proposal)]
    body["revision"] = revision.map { JSON($0) }
    body["policy_version"] = version.map { JSON($0) }
    if let policy { body["policy"] = try PolicyFile(InputFile(policy)).checked().json }
    let reply = try await session.api.post(Path("v1", "assessments"), .object(body))
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let people = try await Directory.people(session)
    try session.show(reply) { answer in
      var printout = AssessmentSheet(assessment: answer, people: people).printout
      printout.add(heading: "On what the rules rest")
      printout.add(items: AssessmentSheet.sources(answer["sources"].elements))
      let name = answer["policy"].text.map { "version \($0)" } ?? policy ?? "the file"
      printout.add("By \(name), with the law of \(answer["assessed_on"].cell).")
      return printout
    }
  }
}
