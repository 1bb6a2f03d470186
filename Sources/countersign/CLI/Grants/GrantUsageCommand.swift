import ArgumentParser
import Domain

/// `grants usage`.
struct GrantUsageCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "What was really sent, against what was granted.",
    discussion: """
      countersign grants usage grant_… --step hour --from 2026-11-20 --to 2026-11-21
      countersign grants usage grant_… --step day --csv > usage.csv
      """)

  @Argument(help: "The grant's id.") var grant: String
  @Option(help: "Tell what was sent in every minute, hour or day.") var step: String?
  @Option(help: "From when: a day or a time such as 2026-11-20T06:00:00Z.") var from: String?
  @Option(help: "Until when; a day counts whole. Without it, now.") var to: String?
  @Flag(help: "Print the history as comma-separated values.") var csv = false
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if csv, client.json { throw ValidationError("Either --csv or --json.") }
  }

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "grants", grant, "usage"), [("step", step), ("from", from), ("to", to)],
      accept: csv ? "text/csv" : nil)
    if csv { return session.terminal.write(exactly: reply.bytes) }
    try session.show(reply) { answer in
      answer["history"].isNull ? Printout.usage(answer) : Printout.history(answer["history"])
    }
  }
}

/// `grants narrow`.
struct NarrowGrantCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "narrow",
    abstract: "Make numbers smaller, at once. The requester or the owner alone.",
    discussion: """
      countersign grants narrow grant_… --rps 0.1 --reason "they asked for less"
      countersign grants narrow grant_… --target 1 --workers 1 --reason "one is enough"
      countersign grants narrow grant_… --ends-on 2027-01-31 --reason "done by then"
      """)

  @Argument(help: "The grant's id.") var grant: String
  @Option(help: "The target's place, from 0.") var target = 0
  @Option(help: "Requests a second.") var rps: String?
  @Option(help: "Requests at the start of a lease.") var burst: Int64?
  @Option(help: "Requests in flight.") var concurrency: Int64?
  @Option(help: "Workers at once.") var workers: Int64?
  @Option(help: "Requests a day.") var daily: Int64?
  @Option(help: "The last day, as 2027-01-31.") var endsOn: String?
  @Option(help: "Why.") var reason: String
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if let rps, Rate(literal: rps) == nil {
      throw ValidationError("--rps is a number like 0.25.")
    }
    let isEmpty = [rps as Any?, burst, concurrency, workers, daily, endsOn].allSatisfy { $0 == nil }
    if isEmpty { throw ValidationError("Say what to make smaller.") }
  }

  func perform(_ session: Session) async throws {
    var numbers = JSONObject()
    numbers["max_rps"] = rps.flatMap(Rate.init(literal:)).map { JSON($0) }
    for (name, value) in [
      ("burst", burst), ("max_concurrency", concurrency), ("max_workers", workers),
      ("daily_requests", daily),
    ] { numbers[name] = value.map { JSON($0) } }
    var body: JSONObject = ["reason": .string(reason)]
    if !numbers.members.isEmpty {
      numbers["index"] = JSON(target)
      body["targets"] = [.object(numbers)]
    }
    body["ends_on"] = endsOn.map { .string($0) }
    let reply = try await session.api.post(
      Path("v1", "grants", grant, "narrowings"), .object(body))
    try session.show(reply) { answer in
      Printout("\(grant) is narrowed; nothing wider is out from \(answer["effective_at"].timeCell)")
    }
  }
}

/// `grants resume`.
struct ResumeGrantCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Sign that the causes of a suspension are over; after harm two people do.")

  @Argument(help: "The grant's id.") var grant: String
  @Option(help: "Why it may go on.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(
      Path("v1", "grants", grant, "resumptions"), ["reason": .string(reason)])
    try session.show(reply) { answer in
      var printout = Printout(
        reply.status == 202
          ? "\(grant) still stands still: a second person has to sign too."
          : "\(grant) is \(ProposalText.status(answer))")
      let left = ProposalText.reasons(answer["blocking"].elements)
      if !left.isEmpty { printout.add(items: left) }
      return printout
    }
  }
}

/// `grants attest`.
struct AttestGrantCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "attest",
    abstract: "Say as the maintainer that the crawl runs as approved; every fourteen days.")

  @Argument(help: "The grant's id.") var grant: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(Path("v1", "grants", grant, "attestations"))
    try session.show(reply) { answer in
      Printout("attested; the next one is due by \(answer["next_due"].timeCell)")
    }
  }
}

/// `grants hand-over`.
struct HandOverGrantCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "hand-over",
    abstract: "Offer a part in a grant; the successor accepts with the same command.")

  @Argument(help: "The grant's id.") var grant: String
  @Argument(help: "owner, deputy or maintainer.") var part: Handover.Part
  @Option(help: "The successor's id or e-mail.") var to: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let successor = try await Directory.person(to, session)
    let reply = try await session.api.post(
      Path("v1", "grants", grant, "handovers"),
      ["part": .string(part.rawValue), "to": .string(successor)])
    try session.show(reply) { _ in
      Printout(
        reply.status == 202
          ? "offered; \(to) accepts with the same command"
          : "\(part.rawValue) is \(to) from now on")
    }
  }
}

extension Handover.Part: ExpressibleByArgument {}

extension Printout {
  /// What was sent step by step, target by target.
  static func history(_ history: JSON) -> Printout {
    var printout = Printout()
    for target in history["targets"].elements {
      printout.add(
        heading: "Target \(target["index"].cell): \(target["hosts"].joined(" ") ?? "-"), by the "
          + "\(history["step"].cell) from \(target["from"].timeCell) to \(target["to"].timeCell)")
      printout.add(
        Table(
          [.text("FROM"), .number("REQUESTS"), .number("FAILED"), .number("MOST A SECOND")],
          empty: "nothing was reported",
          rows: history["rows"].elements.filter { $0["target"] == target["index"] }.map { row in
            [
              row["from"].timeCell, Numbers.grouped(row["requests"].cell),
              Numbers.grouped(row["failures"].cell), row["max_rps_seen"].cell,
            ]
          }))
    }
    return printout
  }
}
