import Domain

/// A call with a JSON body that is accepted, as the start of everything wrong.
struct BodyRoute: Sendable, CustomStringConvertible {
  let method: String
  let path: String
  /// Who may make the call; nil is nobody.
  let caller: String?
  let body: JSON
  /// Members that must not be absent.
  let required: [[String]]
  var fields: [(String, String)] = []
  var bytesMax = 1 << 20

  var description: String { "\(method) \(path)" }

  static let digest: JSON = .string("sha256:" + String(repeating: "a", count: 64))

  static func all(_ world: World) -> [BodyRoute] {
    people(world) + proposals(world) + workers(world)
  }

  /// What the paths of the calls name.
  struct World: Sendable {
    let proposal: String
    let grant: String
    let lease: String
    let lock: String
    let incident: String
    let person: String
    let host: String
  }

  private static func people(_ world: World) -> [BodyRoute] {
    [
      BodyRoute(
        method: "POST", path: "/v1/people", caller: "admin",
        body: [
          "name": "Eve", "email": "eve@demo.example", "same_person_as": .string(world.person),
        ],
        required: [["name"], ["email"]]),
      BodyRoute(
        method: "PATCH", path: "/v1/people/\(world.person)", caller: "admin",
        body: ["name": "Eve", "active": true, "same_person_as": .string(world.person)],
        required: [], fields: [("If-Match", "\"1\"")]),
      BodyRoute(
        method: "POST", path: "/v1/enrolments", caller: nil, body: ["secret": "cse_no"],
        required: [["secret"]]),
      BodyRoute(
        method: "POST", path: "/v1/me/tokens", caller: "pm",
        body: ["name": "laptop", "expires_in_seconds": 3_600], required: [["name"]]),
      BodyRoute(
        method: "POST", path: "/v1/pools", caller: "admin",
        body: ["name": "bad-pool", "owner": .string(world.person)],
        required: [["name"], ["owner"]]),
      BodyRoute(
        method: "POST", path: "/v1/gateways", caller: "admin", body: ["name": "bad-gateway"],
        required: [["name"]]),
      BodyRoute(
        method: "PUT", path: "/v1/sites/site.example", caller: "admin",
        body: [
          "operator_kind": "own",
          "ceiling": [
            "max_rps": 1.5, "burst": 6, "max_concurrency": 6, "daily_requests": 400,
            "windows": [["days": ["mon", "tue"], "start": "22:00", "end": "06:00"]],
          ],
          "time_zone": "Asia/Shanghai", "aliases": ["alias.example"], "contact": "x",
          "notes": "y",
        ],
        required: [
          ["operator_kind"], ["ceiling"], ["ceiling", "max_rps"], ["ceiling", "burst"],
          ["ceiling", "windows"], ["time_zone"], ["ceiling", "windows", "0", "start"],
        ]),
      BodyRoute(
        method: "POST", path: "/v1/locks", caller: "legal",
        body: ["scope": ["kind": "proposal", "id": .string(world.proposal)], "reason": "slow"],
        required: [["scope"], ["scope", "kind"], ["scope", "id"], ["reason"]]),
      BodyRoute(
        method: "POST", path: "/v1/locks/\(world.lock)/releases", caller: "risk",
        body: ["reason": "over"], required: [["reason"]]),
    ] + incidents(world)
  }

  private static func incidents(_ world: World) -> [BodyRoute] {
    let incident = "/v1/incidents/\(world.incident)"
    return [
      BodyRoute(
        method: "POST", path: "/v1/incidents", caller: "pm",
        body: [
          "source": "complaint", "summary": "they called", "sites": [.string(world.host)],
          "grants": [.string(world.grant)], "owner": .string(world.person),
          "noticed_at": "2026-01-01T02:00:00Z", "started_at": "2026-01-01T01:00:00Z",
        ],
        required: [["source"], ["summary"]]),
      BodyRoute(
        method: "POST", path: incident + "/entries", caller: "pm",
        body: [
          "stage": "impact", "note": "cut off", "meets": ["notify_operator"],
          "impact": [
            "site": .string(world.host), "from": "2026-01-01T01:00:00Z",
            "to": "2026-01-01T02:00:00Z", "service": "unavailable", "users": 5,
          ],
        ],
        required: [
          ["stage"], ["note"], ["impact", "site"], ["impact", "from"], ["impact", "to"],
          ["impact", "service"],
        ]),
      BodyRoute(
        method: "POST", path: incident + "/owners", caller: "legal",
        body: ["person": .string(world.person)], required: [["person"]]),
      BodyRoute(
        method: "POST", path: incident + "/closures", caller: "legal",
        body: ["reason": "over"], required: [["reason"]]),
    ]
  }

  private static func proposals(_ world: World) -> [BodyRoute] {
    let content = JSON.object(["content": Content.polite()])
    let path = "/v1/proposals/\(world.proposal)"
    let parts = [
      "title", "purpose", "owner", "deputy", "maintainer", "starts_on", "ends_on", "pools",
      "identity", "answers", "targets",
    ]
    let targetParts = [
      "hosts", "path_prefixes", "methods", "max_rps", "burst", "max_concurrency", "max_workers",
      "daily_requests", "time_zone", "answers",
    ]
    let required =
      [["content"]] + parts.map { ["content", $0] }
      + targetParts.map { ["content", "targets", "0", $0] }
    return [
      BodyRoute(
        method: "POST", path: "/v1/assessments", caller: "pm", body: content,
        required: required),
      BodyRoute(
        method: "POST", path: "/v1/proposals", caller: "pm", body: content,
        required: required),
      BodyRoute(
        method: "POST", path: path + "/revisions", caller: "pm", body: content,
        required: required),
      BodyRoute(
        method: "POST", path: path + "/submissions", caller: "pm",
        body: ["revision_digest": digest], required: [["revision_digest"]]),
      BodyRoute(
        method: "POST", path: path + "/decisions", caller: "legal",
        body: [
          "revision_digest": digest, "role": "legal_reviewer", "verdict": "approve",
          "reason": "fine",
        ],
        required: [["revision_digest"], ["role"], ["verdict"]]),
      BodyRoute(
        method: "POST", path: path + "/counter_acceptances", caller: "pm",
        body: ["counter_digest": digest], required: [["counter_digest"]]),
      BodyRoute(
        method: "POST", path: path + "/withdrawals", caller: "pm", body: ["reason": "no"],
        required: [["reason"]]),
      BodyRoute(
        method: "POST", path: "/v1/grants/\(world.grant)/revocations", caller: "legal",
        body: ["reason": "no"], required: [["reason"]]),
      BodyRoute(
        method: "POST", path: "/v1/grants/\(world.grant)/resumptions", caller: "legal",
        body: ["reason": "over"], required: [["reason"]]),
      BodyRoute(
        method: "POST", path: "/v1/grants/\(world.grant)/narrowings", caller: "pm",
        body: [
          "targets": [["index": 0, "max_rps": 0.1, "burst": 1, "max_workers": 1]],
          "ends_on": "2099-01-01", "reason": "less",
        ],
        required: [["reason"], ["targets", "0", "index"]]),
      BodyRoute(
        method: "POST", path: "/v1/grants/\(world.grant)/handovers", caller: "pm",
        body: ["part": "owner", "to": .string(world.person)], required: [["part"], ["to"]]),
    ]
  }

  private static func workers(_ world: World) -> [BodyRoute] {
    let usage: JSON = Content.usage()
      .with("timeouts", 0).with("connection_errors", 0).with("challenges", 0).with("bytes", 9)
      .with("latency_ms", ["p50": 1, "p95": 2, "max": 3]).with("max_rps_seen", 0.5)
      .with("retry_after_seconds", 1).with("log_sha256", digest)
    let term: JSON = ["term": 1, "usage": usage]
    let required = [
      ["term"], ["usage"], ["usage", "from"], ["usage", "to"], ["usage", "requests"],
      ["usage", "status"],
    ]
    return [
      BodyRoute(
        method: "POST", path: "/v1/leases", caller: "pool:demo",
        body: [
          "proposal": .string(world.proposal), "worker": "w9", "hosts": [.string(world.host)],
          "wants_rps": 0.25, "enforcement_point": "gate_01arz3ndektsv4rrffq69g5fav",
          "build_digest": digest,
        ],
        required: [["proposal"], ["worker"], ["hosts"]], bytesMax: 64 << 10),
      BodyRoute(
        method: "POST", path: "/v1/leases/\(world.lease)/renewals", caller: "pool:demo",
        body: term.with("wants_rps", 0.25), required: required, bytesMax: 64 << 10),
      BodyRoute(
        method: "POST", path: "/v1/leases/\(world.lease)/returns", caller: "pool:demo",
        body: term, required: required, bytesMax: 64 << 10),
      BodyRoute(
        method: "POST", path: "/v1/enforcement-reports", caller: "gateway:demo",
        body: [
          "leases": [
            [
              "lease": .string(world.lease), "term": 1, "requests": 2, "refusals": 1,
              "max_rps_seen": 0.5,
            ]
          ],
          "clock": ["offset_ms": -3, "uncertainty_ms": 4],
        ],
        required: [
          ["leases"], ["leases", "0", "lease"], ["leases", "0", "term"], ["clock", "offset_ms"],
          ["clock", "uncertainty_ms"],
        ], bytesMax: 64 << 10),
    ]
  }

  func client(_ stage: Stage) -> Client {
    guard let caller else { return stage.nobody }
    return switch caller {
    case "pool:demo": stage.pool
    case "gateway:demo": stage.gateway
    default: stage.person(caller)
    }
  }

  func send(_ stage: Stage, _ bytes: [UInt8]) async throws -> Reply {
    try await client(stage).send(
      method, path, bytes: bytes, fields: fields + [("Content-Type", "application/json")])
  }
}
