import ArgumentParser
import Domain

/// `countersign policy`: the rules by which proposals are judged.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "The rules by which proposals are judged.",
    subcommands: [
      CheckPolicyCommand.self, EvaluatePolicyCommand.self, ListPoliciesCommand.self,
      ShowPolicyCommand.self, DiffPoliciesCommand.self, ProposePolicyCommand.self,
      ActivatePolicyCommand.self,
    ])
}

/// `policy list`.
struct ListPoliciesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Versions, newest first, proposed ones among them.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "policies"), page.query)
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let people = try await Directory.people(session)
    try session.showList(reply) { items in
      Table(
        [
          .number("VERSION"), .text("STATUS"), .text("ACTIVATED"), .prose("PROPOSED BY"),
          .prose("SIGNED BY"), .text("DIGEST"),
        ],
        empty: "no policy is in force",
        rows: items.map { item in
          let signers = item["signatures"].elements.compactMap { signature in
            people.name(signature["person"].text)
          }
          return [
            item["version"].cell, item["status"].cell, item["activated_at"].timeCell,
            people.name(item["proposed_by"].text) ?? "the first start",
            signers.isEmpty ? "-" : signers.joined(separator: ", "), item["digest"].cell,
          ]
        })
    }
  }
}

/// `policy show`.
struct ShowPolicyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One version; --json prints its exact bytes.",
    discussion: "The bytes are RFC 8785 JSON: sha256sum of them is the digest.")

  @Argument(help: "The number of the version; the one in force unless given.")
  var version: Int?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let number = try await PolicyText.number(version, session)
    if session.printsJSON {
      let exact = try await session.api.get(
        Path("v1", "policies", number), accept: "application/vnd.countersign.policy+json")
      return session.terminal.write(exactly: exact.bytes)
    }
    let reply = try await session.api.get(Path("v1", "policies", number))
    let people = try await Directory.people(session)
    try session.show(reply) { PolicyText.printout(of: $0, people) }
  }
}

/// `policy diff`.
struct DiffPoliciesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What one version changes against another.")

  @Argument(help: "The number of the newer version.") var version: Int
  @Argument(help: "The older one; the one in force unless given.") var against: Int?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "policies", String(version), "diff"),
      [("against", against.map { String($0) })])
    try session.show(reply, PolicyText.diff)
  }
}

/// `policy propose`.
struct ProposePolicyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "propose",
    abstract: "Propose a policy; it counts once two administrators have activated it.")

  @Argument(help: "The file, YAML or JSON; - is standard input.") var file: String
  @Option(help: "Makes a repeat of this command harmless for a day.") var idempotencyKey: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let input = try InputFile(file)
    let policy = try PolicyFile(input).checked()
    let reply = try await session.api.post(
      Path("v1", "policies"), ["policy": policy.json], idempotencyKey: idempotencyKey)
    try session.show(reply) { answer in
      let version = answer["version"].cell
      return Printout([
        "version": version, "digest": answer["digest"].text, "status": answer["status"].text,
        "look": "countersign policy diff \(version)",
        "next": "two administrators: countersign policy activate \(version)",
      ])
    }
  }
}

/// `policy activate`.
struct ActivatePolicyCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "activate",
    abstract: "Sign that a version comes into force; the second of two people puts it there.")

  @Argument(help: "The number of the version.") var version: Int
  @Option(help: "The digest that you read; refused when the version has another.")
  var digest: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let body: JSON = digest.map { ["digest": .string($0)] } ?? [:]
    let reply = try await session.api.post(
      Path("v1", "policies", String(version), "activations"), body)
    try session.show(reply) { answer in
      if answer["status"].string == "awaiting_second" {
        return Printout([
          "version": answer["version"].text, "status": "signed by one; one more is needed",
          "until": answer["expires_at"].time, "in force": answer["in_force"].text,
        ])
      }
      return Printout([
        "version": answer["version"].text, "status": "in force",
        "since": answer["activated_at"].time, "digest": answer["digest"].text,
      ])
    }
  }
}
