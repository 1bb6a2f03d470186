import ArgumentParser
import Domain

/// `countersign leases`: shares of a budget that workers hold.
struct LeasesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leases", abstract: "Shares of a budget that workers hold.",
    subcommands: [
      GetLeaseCommand.self, RenewLeaseCommand.self, ReturnLeaseCommand.self,
      ListLeasesCommand.self, ShowLeaseCommand.self, TopCommand.self,
    ])
}

/// `leases get`.
struct GetLeaseCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Get a lease and its token for a worker; with a pool's key.",
    discussion: """
      COUNTERSIGN_TOKEN=csw_… countersign leases get 12 --worker spider-1 --host www.example.com
      The worker presents the token as `Countersign-Lease: <token>`.
      """)

  @Argument(help: "The proposal's id or number.") var proposal: String
  @Option(help: "The worker's name, unique in the pool.") var worker: String
  @Option(help: "A host of one target; may be repeated.") var host: [String]
  @Option(help: "Requests a second wanted; without it, the granted rate.") var wants: Rate?
  @Option(help: "Id of the enforcement point; without it, the pool's.")
  var enforcementPoint: String?
  @Option(help: "The worker's build, sha256:…") var build: String?
  @Flag(help: "Print the token alone.") var tokenOnly = false
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if host.isEmpty { throw ValidationError("Name a host: --host www.example.com.") }
  }

  func perform(_ session: Session) async throws {
    var body: JSONObject = [
      "proposal": LeaseText.reference(proposal), "worker": .string(worker),
      "hosts": .array(host.map { .string($0) }),
    ]
    body["wants_rps"] = wants.map { JSON($0) }
    body["enforcement_point"] = enforcementPoint.map { .string($0) }
    body["build_digest"] = build.map { .string($0) }
    let reply = try await session.api.post(Path("v1", "leases"), .object(body))
    try LeaseText.show(reply, tokenOnly: tokenOnly, session)
  }
}

/// `leases renew`.
struct RenewLeaseCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "renew", abstract: "Get the next term of a lease, with a report of its use.")

  @Argument(help: "The lease's id.") var lease: String
  @OptionGroup var usage: UsageOptions
  @Option(help: "Requests a second wanted; without it, as before.") var wants: Rate?
  @Flag(help: "Print the token alone.") var tokenOnly = false
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var body = try await usage.body(of: lease, session)
    body["wants_rps"] = wants.map { JSON($0) }
    let reply = try await session.api.post(
      Path("v1", "leases", lease, "renewals"), .object(body))
    try LeaseText.show(reply, tokenOnly: tokenOnly, session)
  }
}

/// `leases return`.
struct ReturnLeaseCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "return", abstract: "Give a lease back, with a report of its use.")

  @Argument(help: "The lease's id.") var lease: String
  @OptionGroup var usage: UsageOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let body = try await usage.body(of: lease, session)
    let reply = try await session.api.post(
      Path("v1", "leases", lease, "returns"), .object(body))
    try session.show(reply) { answer in
      Printout("returned; its share is free at \(answer["frees_at"].timeCell)")
    }
  }
}

/// `leases list`.
struct ListLeasesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Leases in the order in which they began.")

  @Option(help: "Those of this grant.") var grant: String?
  @Option(help: "Those that charge this site.") var site: String?
  @Flag(help: "Those in force now.") var live = false
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "leases"),
      [("grant", grant), ("site", site), ("live", live ? "true" : nil)] + page.query)
    try session.showList(reply) { leases in
      Table(
        [
          .text("ID"), .text("STATUS"), .number("TERM"), .number("RPS"), .text("ENDS"),
          .text("WORKER"), .prose("HOSTS"),
        ],
        empty: live ? "no lease is in force" : "no leases",
        rows: leases.map { answer in
          let lease = LeaseText.lease(answer)
          return [
            lease["id"].cell, lease["status"].cell, lease["term"].cell, lease["rps"].cell,
            lease["expires_at"].timeCell, LeaseText.worker(answer) ?? "-",
            lease["hosts"].joined(" ") ?? "-",
          ]
        })
    }
  }
}

/// `leases show`.
struct ShowLeaseCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One lease.")

  @Argument(help: "The lease's id.") var lease: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "leases", lease))
    try session.show(reply) { Printout(LeaseText.fields($0)) }
  }
}

extension Rate: ExpressibleByArgument {
  /// A positive decimal with at most six places.
  public init?(argument: String) {
    do {
      self = try JSONReader.read(.string(argument), as: .rate, typing: .byField)
    } catch {
      return nil
    }
  }
}
