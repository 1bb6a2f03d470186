import ArgumentParser
import Domain

/// `countersign incidents`: cases about harm.
struct IncidentsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incidents",
    abstract: "Cases about harm: complaints, notices, findings, the breaker's.",
    subcommands: [
      OpenIncidentCommand.self, ListIncidentsCommand.self, ShowIncidentCommand.self,
      AddIncidentCommand.self, LinkIncidentCommand.self, GiveIncidentCommand.self,
      CloseIncidentCommand.self,
    ])
}

/// `incidents open`.
struct OpenIncidentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Open an incident. Anybody may; it stops nothing by itself.",
    discussion: """
      countersign incidents open complaint "their desk is down since 10:43" \\
        --site www.example.com
      countersign locks place site www.example.com --reason "complaint" --incident 3
      """)

  @Argument(help: "complaint, provider_notice or own_finding.") var source: String
  @Argument(help: "What happened, as far as it is known.") var summary: String
  @Option(help: "A site that is harmed; again for more.") var site: [String] = []
  @Option(help: "A grant that may be the cause; again for more.") var grant: [String] = []
  @Option(help: "A lock that answers it; again for more.") var lock: [String] = []
  @Option(help: "When it was noticed, such as 2026-12-01T02:00:00Z; now unless given.")
  var noticed: String?
  @Option(help: "When it began.") var started: String?
  @Option(help: "Whoever answers for it, by id or e-mail; you unless given.") var owner: String?
  @Option(help: "The closed incident that it goes on with, by id or number.") var follows: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var body: JSONObject = ["source": .string(source), "summary": .string(summary)]
    body["noticed_at"] = noticed.map { .string($0) }
    body["started_at"] = started.map { .string($0) }
    if let owner { body["owner"] = .string(try await Directory.person(owner, session)) }
    if let follows { body["follows"] = .string(try await IncidentText.id(of: follows, session)) }
    for (name, values) in [("sites", site), ("grants", grant), ("locks", lock)]
    where !values.isEmpty {
      body[name] = .array(values.map { .string($0) })
    }
    let reply = try await session.api.post(Path("v1", "incidents"), .object(body))
    try await IncidentText.show(reply, in: .en, session)
    let number = try reply.json["number"].cell
    if let site = site.first {
      session.remark(
        "Stop it: countersign locks place site \(site) --reason … --incident \(number)")
    }
  }
}

/// `incidents list`.
struct ListIncidentsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Open incidents, the newest first; with --all, closed ones too.")

  @Flag(help: "Closed ones too.") var all = false
  @Option(help: "Those about this site or a host under it.") var site: String?
  @Option(help: "Those about this grant.") var grant: String?
  @Option(help: "complaint, provider_notice, own_finding, breaker or service.")
  var source: String?
  @Option(help: "Those that this person answers for, by id or e-mail.") var owner: String?
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var person: String?
    if let owner { person = try await Directory.person(owner, session) }
    let reply = try await session.api.get(
      Path("v1", "incidents"),
      [
        ("status", all ? nil : "open"), ("site", site), ("grant", grant), ("source", source),
        ("owner", person),
      ] + page.query)
    try session.showList(reply) { incidents in
      Table(
        [
          .number("NO"), .text("STATUS"), .text("STAGE"), .text("SOURCE"), .text("NOTICED"),
          .text("NEXT DEADLINE"), .prose("SITES"), .prose("SUMMARY"),
        ],
        empty: all ? "no incidents" : "no incident is open",
        rows: incidents.map { incident in
          [
            incident["number"].cell, incident["status"].cell, incident["stage"].cell,
            incident["source"].cell, incident["noticed_at"].timeCell,
            IncidentText.next(incident), incident["sites"].joined() ?? "-",
            incident["summary"].cell,
          ]
        })
    }
  }
}

/// `incidents show`.
struct ShowIncidentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One incident: entries, deadlines, outage, and what has to be signed again.")

  @Argument(help: "Id or number.") var incident: String
  @Option(help: "Words of deadlines and law: en or zh.") var lang: IncidentText.Language = .en
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "incidents", incident))
    try await IncidentText.show(reply, in: lang, session)
  }
}

/// `incidents link`.
struct LinkIncidentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Say what else an incident is about.")

  @Argument(help: "Id or number.") var incident: String
  @Option(help: "A site that is harmed; again for more.") var site: [String] = []
  @Option(help: "A grant that may be the cause; again for more.") var grant: [String] = []
  @Option(help: "A lock that answers it; again for more.") var lock: [String] = []
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if site.isEmpty, grant.isEmpty, lock.isEmpty {
      throw ValidationError("Say --site, --grant or --lock.")
    }
  }

  func perform(_ session: Session) async throws {
    var body = JSONObject()
    for (name, values) in [("sites", site), ("grants", grant), ("locks", lock)]
    where !values.isEmpty {
      body[name] = .array(values.map { .string($0) })
    }
    let reply = try await session.api.post(
      Path("v1", "incidents", incident, "links"), .object(body))
    try await IncidentText.show(reply, in: .en, session)
  }
}

/// `incidents give`.
struct GiveIncidentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "give", abstract: "Have somebody answer for an incident; take one nobody has.")

  @Argument(help: "Id or number.") var incident: String
  @Argument(help: "The person, by id or e-mail.") var person: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let owner = try await Directory.person(person, session)
    let reply = try await session.api.post(
      Path("v1", "incidents", incident, "owners"), ["person": .string(owner)])
    try session.show(reply) { _ in Printout("\(person) answers for incident \(incident)") }
  }
}

/// `incidents close`.
struct CloseIncidentCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "End an incident after its recovery. It lets nothing go: what stops stays stopped.")

  @Argument(help: "Id or number.") var incident: String
  @Option(help: "Why it is over.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(
      Path("v1", "incidents", incident, "closures"), ["reason": .string(reason)])
    try session.show(reply) { closed in
      var printout = Printout("incident \(closed["number"].cell) is closed")
      printout.add(heading: "To be signed before it goes on")
      printout.add(IncidentText.signatures(closed))
      return printout
    }
  }
}
