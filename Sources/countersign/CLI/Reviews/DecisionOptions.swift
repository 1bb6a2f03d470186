import ArgumentParser
import Domain

/// `reviews approve`.
struct ApproveCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Sign: exactly this digest, in exactly this role, for these numbers or less.")

  @OptionGroup var decision: DecisionOptions
  @Option(help: "A remark for the record.") var reason: String?
  @OptionGroup(title: "Conditions") var conditions: ConditionOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    try await decision.send(
      .approve, reason: reason, conditions: conditions.json, session)
  }
}

/// `reviews request-changes`.
struct RequestChangesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "request-changes", abstract: "Send it back: only a new revision goes on.")

  @OptionGroup var decision: DecisionOptions
  @Option(help: "What has to change.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    try await decision.send(.requestChanges, reason: reason, session)
  }
}

/// `reviews reject`.
struct RejectCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Say no: final for this text.")

  @OptionGroup var decision: DecisionOptions
  @Option(help: "Why not.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    try await decision.send(.reject, reason: reason, session)
  }
}

/// What every decision names.
struct DecisionOptions: ParsableArguments {
  @Argument(help: "The proposal's id or number.") var proposal: String
  @Option(help: "The role you sign in, such as legal_reviewer.") var role: Role
  @Option(help: "The digest you read, sha256:…; without it, the one under review now.")
  var digest: Digest?

  /// Fetches the digest under review, says it, and sends the decision on it.
  func send(
    _ verdict: Decision.Verdict, reason: String?, conditions: JSON? = nil, _ session: Session
  ) async throws {
    let view = try await session.api.get(Path("v1", "proposals", proposal)).json
    guard let id = view["id"].string else { throw NotOurs(reason: "the proposal has no id") }
    guard let signed = digest?.description ?? view["digest"].string else {
      throw NotOurs(reason: "the proposal has no digest")
    }
    session.remark("\(verdict.rawValue) \(signed)")
    var body: JSONObject = [
      "revision_digest": .string(signed), "role": .string(role.rawValue),
      "verdict": .string(verdict.rawValue),
    ]
    body["reason"] = reason.map { .string($0) }
    body["conditions"] = conditions
    let reply = try await session.api.post(
      Path("v1", "proposals", id, "decisions"), .object(body))
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let after = try await session.api.get(Path("v1", "proposals", id)).json
    let decision = try reply.json
    session.terminal.write(
      DecisionOptions.outcome(after, decision: decision).lines(for: session.terminal))
  }

  private static func outcome(_ view: JSON, decision: JSON) -> Printout {
    let open = ProposalText.openSeats(view)
    let isOpen = view["status"].string == "in_review"
    return Printout([
      "proposal": "\(view["number"].cell)  \(view["title"].cell)",
      "decision": decision["id"].text, "status": ProposalText.status(view),
      "still to sign": isOpen && !open.isEmpty ? open.joined(separator: ", ") : nil,
      "counter-offer": isOpen ? nil : view["counter"]["digest"].text,
      "grant": view["grant"]["id"].text,
    ])
  }
}

extension Digest: ExpressibleByArgument {
  /// `sha256:` and 64 lower-case hex digits.
  public init?(argument: String) { self.init(argument) }
}
