import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// What the service fetched for a proposal.
enum DossierHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/proposals/{id}/dossier", show),
    Endpoint(.get, "/v1/proposals/{id}/dossier/{n}", item),
  ]

  static func show(_ call: Call) async throws -> Answer {
    let n = Result { () throws(InvalidBody) -> Int64? in
      try call.query("revision", "the number of a revision") { Int64(digits: $0.utf8) }
    }
    return try await call.look({ _ in
      ShowDossier(proposal: try call.proposal(), revision: n)
    }) { .ok($0.json) }
  }

  /// The exact bytes that were fetched. They are somebody else's: a browser keeps them in a file.
  static func item(_ call: Call) async throws -> Answer {
    try await call.look({ _ in
      ShowDossierItem(proposal: try call.proposal(), n: call.revisionNumber)
    }) { item in
      Answer(200, body: .bytes(item.content ?? [], contentType: "application/octet-stream"))
        .with(.contentDisposition, "attachment; filename=\"\(item.kind.rawValue)-\(item.n)\"")
        .with(.nosniff, "nosniff")
    }
  }
}

extension HTTPField.Name {
  fileprivate static let nosniff: HTTPField.Name = {
    guard let name = HTTPField.Name("X-Content-Type-Options") else {
      preconditionFailure("the name is a token")
    }
    return name
  }()
}

extension ShowDossier.Output {
  /// The whole dossier without the contents of its items.
  var json: JSON {
    [
      "proposal": JSON(proposal),
      "revision": ["n": JSON(revision.n), "digest": JSON(revision.digest)],
      "fetching": .string(isSwitchedOn ? "on" : "off"),
      "product_token": .string(agent.token),
      "robots": .array(standings.map { .object(robotsJSON($0)) }),
      "items": .array(items.map { .object($0.json) }),
    ]
  }

  private var agent: RobotsAgent { RobotsAgent(userAgent: content.identity.userAgent) }

  private func robotsJSON(_ standing: RobotsStanding) -> JSONObject {
    var object: JSONObject = [
      "target": JSON(standing.target), "host": .string(standing.host),
      "verdict": .string(standing.verdict.rawValue),
      "blocks_tokens": .bool(standing.tokens == .blocked && !standing.isPattern),
      "crawl_delay_seconds": standing.crawlDelayMilliseconds
        .map { JSON(Rate(microRPS: $0 * 1_000)) } ?? .null,
    ]
    let item = items.first { $0.kind == .robots && $0.host == standing.host }
    object["item"] = item.map { JSON($0.n) } ?? .null
    guard let item, let bytes = item.content, standing.target < content.targets.count,
      standing.verdict == .allowed || standing.verdict == .disallowed
    else { return object }
    let rules = RobotsFile(bytes).rules(for: agent)
    object["paths"] = .array(
      content.targets[standing.target].pathPrefixes.map { prefix in
        let finding = RobotsFinding(of: RobotsPath(prefix), by: rules)
        return .object(finding.json(of: prefix, as: "path_prefix"))
      })
    return object
  }
}

extension StoredItem {
  /// The record with its number, hashes and event, and what the content says where it is short.
  fileprivate var json: JSONObject {
    var object: JSONObject = ["n": JSON(n)]
    for member in parsedRecord?.members ?? [] where member.name != "schema" {
      object[member.name] = member.value
    }
    object["record_sha256"] = JSON(recordDigest)
    object["event"] = JSON(event)
    switch kind {
    case .securityTxt:
      if isFound, let contact = content.flatMap(SecurityContact.init) {
        object["says"] = [
          "contacts": .array(contact.contacts.map { .string($0) }),
          "expires": JSON(orNull: contact.expires),
        ]
      }
    case .tdmrep:
      if isFound, let reservations = content.flatMap(MiningReservation.read) {
        object["says"] = .array(
          reservations.map { entry in
            [
              "location": .string(entry.location), "reserved": .bool(entry.isReserved),
              "policy": JSON(orNull: entry.policyURL),
            ]
          })
      }
    case .robots, .terms, .responseTime: break
    }
    return object
  }

  private var isFound: Bool { (outcome?.status).map { (200..<300).contains($0) } ?? false }
}
