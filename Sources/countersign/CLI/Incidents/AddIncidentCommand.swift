import ArgumentParser
import Domain

/// `incidents add`.
struct AddIncidentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Write down what was found, suffered, done or mended.",
    discussion: """
      countersign incidents add 3 containment "all leases of spider-3 are out"
      countersign incidents add 3 identification "called their operator at 02:10" \\
        --meets notify_operator
      countersign incidents add 3 impact "their letter of today" --site www.example.com \\
        --from 2026-12-01T02:43:00Z --to 2026-12-01T04:00:00Z --unavailable --users 151
      """)

  @Argument(help: "Id or number.") var incident: String
  @Argument(help: "identification, impact, containment or recovery.") var stage: String
  @Argument(help: "The note; nobody changes it later.") var note: String
  @Option(help: "A clock whose duty is done, or is none here; again for more.")
  var meets: [String] = []
  @Option(help: "Of an impact: the site.") var site: String?
  @Option(help: "Of an impact: from when.") var from: String?
  @Option(help: "Of an impact: up to when.") var to: String?
  @Flag(help: "Of an impact: the site did not run normally in all of this time.")
  var unavailable = false
  @Option(help: "Of an impact: how many users were cut off.") var users: Int64?
  @OptionGroup var client: ClientOptions

  func validate() throws {
    let given = [site, from, to].compactMap(\.self).count
    guard given == 0 || given == 3 else {
      throw ValidationError("An impact has --site, --from and --to.")
    }
    if given == 0, unavailable || users != nil {
      throw ValidationError("Say which --site, and --from and --to when.")
    }
  }

  func perform(_ session: Session) async throws {
    var body: JSONObject = ["stage": .string(stage), "note": .string(note)]
    if !meets.isEmpty { body["meets"] = .array(meets.map { .string($0) }) }
    if let site, let from, let to {
      var impact: JSONObject = [
        "site": .string(site), "from": .string(from), "to": .string(to),
        "service": .string(unavailable ? "unavailable" : "available"),
      ]
      impact["users"] = users.map { JSON($0) }
      body["impact"] = .object(impact)
    }
    let reply = try await session.api.post(
      Path("v1", "incidents", incident, "entries"), .object(body))
    try session.show(reply) { entry in
      var printout = Printout(
        "entry \(entry["n"].cell) of incident \(incident): \(entry["stage"].cell)")
      if let sent = IncidentText.sent(entry["impact"]) { printout.add(sent) }
      return printout
    }
  }
}
