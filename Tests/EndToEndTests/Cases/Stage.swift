import Domain
import Foundation
import Synchronization
import Testing

/// The demo's people on a running instance, and the steps that most tests begin with.
struct Stage: Sendable {
  let dev: RunningDev
  private let rotation: Rotation
  /// With it every call is repeated until its answer is definite.
  var persistence: Persistence?

  /// Served by the instance itself.
  init(dev: RunningDev, isBusyMachine: Bool = false, persistence: Persistence? = nil) {
    self.init(dev: dev, isBusyMachine: isBusyMachine) { [dev.credentials.baseURL] }
    self.persistence = persistence
  }

  /// Served by these processes in turn.
  init(
    dev: RunningDev, isBusyMachine: Bool = false, baseURLs: @escaping @Sendable () -> [String]
  ) {
    self.dev = dev
    rotation = Rotation(isBusyMachine: isBusyMachine, baseURLs)
  }

  /// On the database that the tests share.
  static func shared(_ replicas: Replicas = .one) async throws -> Stage {
    let dev = try await RunningDev.shared.value
    return Stage(
      dev: dev, isBusyMachine: true, baseURLs: try await replicas.baseURLs(beside: dev))
  }

  /// On a database of the caller's own.
  static func with(_ replicas: Replicas, _ body: (Stage) async throws -> Void) async throws {
    let shared = try await RunningDev.shared.value
    try await RunningDev.withDatabase(on: shared) { dev in
      guard replicas == .two else {
        return try await body(Stage(dev: dev, isBusyMachine: true))
      }
      try await RunningServe.with(2, on: dev.credentials.databaseURL) { pair in
        try await body(Stage(dev: dev, isBusyMachine: true) { pair.map(\.baseURL) })
      }
    }
  }

  /// The same stage, each of its processes by itself.
  var replicas: [Stage] {
    let rotation = rotation
    return rotation.baseURLs.indices.map { index in
      var one = Stage(dev: dev, isBusyMachine: rotation.isBusyMachine) {
        [rotation.baseURLs[index]]
      }
      one.persistence = persistence
      return one
    }
  }

  /// The same stage, whose turns no other caller's calls shift.
  var inOwnTurns: Stage {
    let rotation = rotation
    var own = Stage(dev: dev, isBusyMachine: rotation.isBusyMachine) { rotation.baseURLs }
    own.persistence = persistence
    return own
  }

  var nobody: Client { Client(rotation, secret: nil) }
  var pool: Client { holding(dev.credentials.pools["demo"]?.key) }
  var gateway: Client { holding(dev.credentials.gateways["demo"]?.key) }

  func person(_ name: String) -> Client { holding(dev.credentials.people[name]?.token) }

  func id(of name: String) -> String { dev.credentials.people[name]?.id ?? "" }

  /// A client with another secret.
  func holding(_ secret: String?) -> Client {
    Client(rotation, secret: secret, persistence: persistence)
  }

  func secondConnection() async throws -> SecondConnection {
    let url = dev.credentials.databaseURL
    return try await offPool { try SecondConnection(url: url) }
  }

  /// A proposal as its requester sees it after a step.
  struct Proposal: Sendable {
    let id: String
    let number: Int64
    let digest: String
    let host: String
    var grant = ""

    /// Worker names are the pool's, which the tests share.
    func name(of worker: String) -> String { "\(worker)-\(number)" }
  }

  func drafted(_ content: JSON, by name: String = "pm") async throws -> Proposal {
    let made = try await person(name).post("/v1/proposals", ["content": content]).json(201)
    return Proposal(
      id: try made["id"].requiredText, number: try made["number"].requiredInteger,
      digest: try made["digest"].requiredText,
      host: content["targets"][0]["hosts"][0].text ?? "")
  }

  func submitted(_ content: JSON, by name: String = "pm") async throws -> Proposal {
    let proposal = try await drafted(content, by: name)
    _ = try await person(name).post(
      "/v1/proposals/\(proposal.id)/submissions", ["revision_digest": .string(proposal.digest)]
    ).json(201)
    return proposal
  }

  func decide(
    _ proposal: Proposal, as name: String, _ role: String, _ verdict: String = "approve"
  ) async throws -> Reply {
    try await decide(proposal, by: person(name), role, verdict)
  }

  func decide(
    _ proposal: Proposal, by client: Client, _ role: String, _ verdict: String = "approve"
  ) async throws -> Reply {
    var body: JSON = [
      "revision_digest": .string(proposal.digest), "role": .string(role),
      "verdict": .string(verdict),
    ]
    if verdict != "approve" { body = body.with("reason", "It would hurt them.") }
    return try await client.post("/v1/proposals/\(proposal.id)/decisions", body)
  }

  /// Signed by legal and risk; with its grant.
  func approved(_ content: JSON, by name: String = "pm") async throws -> Proposal {
    var proposal = try await submitted(content, by: name)
    _ = try await decide(proposal, as: "legal", "legal_reviewer").json(201)
    _ = try await decide(proposal, as: "risk", "risk_reviewer").json(201)
    proposal.grant = try await view(proposal)["grant"]["id"].requiredText
    return proposal
  }

  func view(_ proposal: Proposal) async throws -> JSON {
    try await person("pm").get("/v1/proposals/\(proposal.id)").json(200)
  }

  func lease(
    _ proposal: Proposal, worker: String, wants: Rate? = nil, key: String? = nil
  ) async throws -> Reply {
    var body: JSON = [
      "proposal": .string(proposal.id), "worker": .string(proposal.name(of: worker)),
      "hosts": [.string(proposal.host)],
    ]
    if let wants { body = body.with("wants_rps", JSON(wants)) }
    return try await pool.post("/v1/leases", body, key: key)
  }

  func renew(_ lease: String, term: Int64, wants: Rate? = nil) async throws -> Reply {
    var body: JSON = ["term": JSON(term), "usage": Content.usage()]
    if let wants { body = body.with("wants_rps", JSON(wants)) }
    return try await pool.post("/v1/leases/\(lease)/renewals", body)
  }

  func giveBack(_ lease: String, term: Int64, by client: Client) async throws -> Reply {
    try await client.post(
      "/v1/leases/\(lease)/returns", ["term": JSON(term), "usage": Content.usage()])
  }

  func introspect(_ token: String, by client: Client? = nil) async throws -> Reply {
    try await (client ?? gateway).send(
      "POST", "/v1/introspections", bytes: Array("token=\(token)".utf8),
      fields: [("Content-Type", "application/x-www-form-urlencoded")])
  }
}

/// Contents and reports that are accepted.
enum Content {
  private static let lastNumber = Atomic<Int>(0)

  /// A host in a site of its own that no other test names.
  static func newHost() -> String {
    let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    return "www.h\(number)-\(String(UInt32.random(in: .min ... .max), radix: 36)).example"
  }

  static var now: Timestamp {
    Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
  }

  /// Days from today, in UTC.
  static func day(_ offset: Int) -> JSON {
    let at = now.adding(seconds: Int64(offset) * 86_400)
    return .string(String(at.description.prefix(10)))
  }

  /// A zone in which the day neither began nor ends within two hours, so that no lease is cut.
  static var quietZone: String {
    let hour = Int(now.description.dropFirst(11).prefix(2)) ?? 0
    return (3..<21).contains(hour) ? "Etc/UTC" : "Asia/Shanghai"
  }

  /// What a private company's public price list takes: tier T1.
  static func polite(host: String = newHost(), rate: Rate = half) -> JSON {
    [
      "title": "Price reference", "purpose": "Compare published prices, once a day.",
      "owner": "owner@demo.example", "deputy": "owner2@demo.example",
      "maintainer": ["person": "operator@demo.example", "phone": "+86 10 5555 0100"],
      "starts_on": day(-1), "ends_on": day(60), "pools": ["demo"],
      "identity": [
        "user_agent": "DemoBot/1.0 (+https://demo.example/bot)",
        "contact": "crawler@demo.example", "egress": ["203.0.113.0/28"],
      ],
      "answers": [
        "data_use": "price_reference", "alternatives": "none_exists",
        "substitutes_target": false, "data_recipients": "none", "jurisdictions": ["CN"],
        "kill_switch_proven": true, "stops_on_challenge": true, "unattended": false,
        "personal_data": "none", "data_classification": "none", "protected_works": "facts_only",
        "trade_secrets": false, "cross_border": "none", "retention_days": 180,
        "encrypted_at_rest": true, "model_training": false, "code_provenance": "inhouse_reviewed",
        "egress_attributable": true, "people_who_can_stop": 3,
      ],
      "targets": [target(host: host, rate: rate)],
    ]
  }

  static let half = Rate(microRPS: 500_000)

  private static func target(host: String, rate: Rate) -> JSON {
    [
      "hosts": [.string(host)], "path_prefixes": ["/prices/"], "methods": ["GET", "HEAD"],
      "max_rps": JSON(rate), "burst": 2, "max_concurrency": 2, "max_workers": 2,
      "daily_requests": 20_000, "time_zone": .string(quietZone),
      "evidence": [
        [
          "question": "capacity_evidence", "url": "https://demo.example/evidence/load-baseline",
          "observed_on": day(-30), "expires_on": day(150), "max_rps": 100,
        ]
      ],
      "answers": [
        "operator_kind": "private_company", "public_service_field": "none",
        "users_served": 4_000, "dependants": false, "operator_consent": "notified_no_reply",
        "access_gate": "open_no_login", "robots_verdict": "allowed",
        "terms_on_automation": "silent", "technical_measures": [],
        "circumvents_measures": false, "rights_reservations": [], "earlier_objection": "none",
        "identifies_itself": true, "capacity_evidence": "measured_baseline",
        "capacity_share_permille": 5, "enumerates": false, "costly_endpoints": false,
      ],
    ]
  }

  /// An asset of our own: tier T0.
  static func own(
    host: String = newHost(), rate: Rate = Rate(microRPS: 1_000_000), burst: Int = 4,
    concurrency: Int = 4, workers: Int = 4
  ) -> JSON {
    polite(host: host, rate: rate)
      .replacing(["targets", "0", "answers", "operator_kind"], with: "own")
      .replacing(["targets", "0", "burst"], with: JSON(burst))
      .replacing(["targets", "0", "max_concurrency"], with: JSON(concurrency))
      .replacing(["targets", "0", "max_workers"], with: JSON(workers))
      .replacing(["targets", "0", "path_prefixes"], with: ["/"])
  }

  /// A report of the last second.
  static func usage(requests: Int64 = 1) -> JSON {
    [
      "from": JSON(now.adding(seconds: -1)), "to": JSON(now), "requests": JSON(requests),
      "status": ["200": JSON(requests)],
    ]
  }
}
