import ArgumentParser
import Domain

/// `countersign locks`: stops. One person places one, two release it.
struct LocksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "locks", abstract: "Stop something, and let it go on.",
    subcommands: [
      PlaceLockCommand.self, ReleaseLockCommand.self, ListLocksCommand.self,
      PropagationCommand.self,
    ])
}

/// `locks place`.
struct PlaceLockCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "place", abstract: "Stop something now. One person is enough.",
    discussion: """
      countersign locks place everything --reason "the provider called"
      countersign locks place site www.example.com --reason "captcha seen"
      countersign locks place proposal 12 --reason "wrong host"
      """)

  @Argument(help: "everything, site, proposal, grant, pool or worker.")
  var scope: LockScope.Kind
  @Argument(help: "The site's host, the proposal's id or number, the pool's id or name, an id.")
  var id: String?
  @Option(help: "Why; everybody who is stopped sees it.") var reason: String
  @Option(help: "The incident that it answers, by id or number.") var incident: String?
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if scope == .everything, id != nil {
      throw ValidationError("everything has no id.")
    }
    if scope != .everything, id == nil {
      throw ValidationError("Say which \(scope.rawValue).")
    }
  }

  func perform(_ session: Session) async throws {
    var covered: JSONObject = ["kind": .string(scope.rawValue)]
    if let id {
      let resolved =
        switch scope {
        case .proposal: try await ProposalText.id(of: id, session)
        case .pool: try await Directory.pool(id, session)
        case .everything, .site, .grant, .worker: id
        }
      covered["id"] = .string(resolved)
    }
    var body: JSONObject = ["scope": .object(covered), "reason": .string(reason)]
    if let incident {
      body["incident"] = .string(try await IncidentText.id(of: incident, session))
    }
    do {
      try session.show(
        try await session.api.post(Path("v1", "locks"), .object(body)), Printout.lock)
    } catch let refused as Refused {
      guard let incident, try refused.reply.json["code"].string == "incident_closed" else {
        throw refused
      }
      // The stop comes first.
      body["incident"] = nil
      let reply = try await session.api.post(Path("v1", "locks"), .object(body))
      session.remark("Incident \(incident) is closed: the stop stands, but answers no incident.")
      try session.show(reply, Printout.lock)
    }
  }
}

extension LockScope.Kind: ExpressibleByArgument {}

/// `locks release`.
struct ReleaseLockCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Let it go on; two people, one sharing a role with the one who locked.")

  @Argument(help: "The lock's id.") var lock: String
  @Option(help: "Why it may go on.") var reason: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.post(
      Path("v1", "locks", lock, "releases"), ["reason": .string(reason)])
    try session.show(reply) { answer in
      Printout(
        answer["status"].string == "awaiting_second" || reply.status == 202
          ? "\(lock) still stands: a second person has to release it too."
          : "\(lock) is released.")
    }
  }
}

/// `locks list`.
struct ListLocksCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The stops that stand; with --all, the released ones too.")

  @Flag(help: "Released ones too.") var all = false
  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "locks"), page.query + [("active", all ? nil : "true")])
    try session.showList(reply) { locks in
      Table(
        [
          .text("ID"), .text("STOPS"), .text("SINCE"), .text("RELEASED"), .prose("REASON"),
        ],
        empty: all ? "no locks" : "nothing is locked",
        rows: locks.map { lock in
          [
            lock["id"].cell, LockText.scope(lock), lock["locked_at"].timeCell,
            LockText.release(lock), lock["reason"].cell,
          ]
        })
    }
  }
}

/// `locks propagation`.
struct PropagationCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "propagation", abstract: "How far a stop has come: what may still be sent.")

  @Argument(help: "The lock's id.") var lock: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "locks", lock, "propagation"))
    try session.show(reply) { state in
      var printout = Printout([
        "live leases": state["live_leases"].text,
        "last token ends": state["last_expiry"].time ?? "none is out",
      ])
      let points = state["enforcement_points"].elements
      if !points.isEmpty {
        printout.add(heading: "Enforcement points")
        printout.add(
          Table(
            [.text("NAME"), .text("SEEN")], empty: "none",
            rows: points.map { [$0["name"].cell, $0["seen_at"].timeCell] }))
      }
      return printout
    }
  }
}

/// Parts of a lock in words.
enum LockText {
  /// `site www.example.com`.
  static func scope(_ lock: JSON) -> String {
    let scope = lock["scope"]
    return [scope["kind"].text, scope["id"].text].compactMap { $0 }.joined(separator: " ")
  }

  /// When it was released, how many of the two did, or `-`.
  static func release(_ lock: JSON) -> String {
    if let at = lock["released_at"].time { return at }
    return lock["status"].string == "awaiting_second" ? "1 of 2" : "-"
  }
}

extension Printout {
  /// One lock.
  static func lock(_ lock: JSON) -> Printout {
    Printout([
      "id": lock["id"].text, "stops": LockText.scope(lock), "reason": lock["reason"].text,
      "since": lock["locked_at"].time,
      "released": lock["released_at"].time, "incident": lock["incident"].text,
    ])
  }
}
