import CountersignTesting
import Domain
import Testing

/// A proposal of its own at a running service, to which a history is done over HTTP. Time goes on
/// by itself there, and so do the chores that record what it brings: a history neither waits nor
/// records.
struct ServedProposal: HistorySubject {
  static let place = ReferenceModel.Place.sharedService

  let id: String
  private let cast: HistoryCast
  private let content: JSON
  /// The digest of each content that was written, by its number.
  private var digests: [Int: String]
  private var decisions: [[String]] = []
  private var locks: [String] = []
  private var grantsSeen: [String] = []
  private var digestOffered = ServedProposal.noDigest

  private static let noDigest = "sha256:" + String(repeating: "0", count: 64)

  /// Drafts it.
  init(by cast: HistoryCast) async throws {
    self.cast = cast
    content = cast.content()
    let made = try await cast.requester.post("/v1/proposals", ["content": content]).json(201)
    id = try made["id"].requiredText
    digests = [0: try made["digest"].requiredText]
  }

  // MARK: what it says

  mutating func look() async throws -> HistoryStanding {
    let view = try await cast.requester.get("/v1/proposals/\(id)").json(200)
    digestOffered = view["counter"]["digest"].text ?? ServedProposal.noDigest
    let grant = view["grant"]["id"].text
    if let grant, !grantsSeen.contains(grant) { grantsSeen.append(grant) }
    return HistoryStanding(
      status: try view["status"].requiredText,
      effectiveStatus: try view["effective_status"].requiredText,
      signers: view["seats"].elements.map { $0["filled_by"].text.flatMap(cast.number) },
      grant: grant.flatMap(grantsSeen.firstIndex), grantState: view["grant"]["status"].text)
  }

  func grants() async throws -> [String] {
    var lines: [String] = []
    for grant in grantsSeen {
      let json = try await cast.requester.get("/v1/grants/\(grant)").json(200)
      lines.append("\(try json["status"].requiredText) at \(json["budgets"][0]["max_rps"])")
    }
    return lines
  }

  // MARK: what is done

  private struct Call {
    let actor: Int
    let path: String
    var body: JSON = [:]
    /// What it is answered with when it is done.
    var status = 201
  }

  mutating func perform(
    _ action: HistoryAction, in before: ReferenceModel, at now: Int
  ) async throws -> [String] {
    switch action {
    case .give(let person, let role): try await cast.give(role.product, to: person)
    case .take(let person, let role): try await cast.take(role.product, from: person)
    case .stop(let person): try await cast.change(person, isActive: false)
    case .wake(let person): try await cast.change(person, isActive: true)
    default:
      guard let call = call(for: action, in: before) else { break }
      let reply = try await cast[call.actor].post(call.path, call.body)
      guard reply.status < 300 else { return try ServedProposal.codes(of: reply) }
      try note(try reply.json(call.status), of: action)
    }
    return []
  }

  /// What somebody calls; nil where nobody does.
  private func call(for action: HistoryAction, in before: ReferenceModel) -> Call? {
    let path = "/v1/proposals/\(id)"
    let newest = before.contents[before.contents.count - 1]
    switch action {
    case .revise(let person, let content):
      return Call(
        actor: person, path: path + "/revisions", body: ["content": self.content(content)])
    case .submit(let person, let isStale):
      return Call(
        actor: person, path: path + "/submissions",
        body: ["revision_digest": digest(of: newest, isStale: isStale)])
    case .decide(let decision, let isStale):
      let content = before.rounds.last?.content ?? newest
      return Call(
        actor: decision.person, path: path + "/decisions",
        body: verdict(of: decision, on: content)
          .with("revision_digest", digest(of: content, isStale: isStale)))
    case .retract(let person, let round, let index):
      return Call(actor: person, path: "/v1/decisions/\(decisions[round][index])/retractions")
    case .accept(let person, let isStale):
      let offered = isStale ? digest(of: newest, isStale: false) : .string(digestOffered)
      return Call(
        actor: person, path: path + "/counter_acceptances", body: ["counter_digest": offered])
    case .decline(let person): return Call(actor: person, path: path + "/counter_declines")
    case .withdraw(let person):
      return Call(actor: person, path: path + "/withdrawals", body: ["reason": "not needed"])
    case .lock(let person):
      return Call(
        actor: person, path: "/v1/locks",
        body: ["scope": ["kind": "proposal", "id": .string(id)], "reason": "wait"])
    case .release(let person, let lock):
      return Call(
        actor: person, path: "/v1/locks/\(locks[lock])/releases", body: ["reason": "go on"],
        status: before.locks[lock].first == nil ? 202 : 200)
    case .revoke(let person, let grant):
      return Call(
        actor: person, path: "/v1/grants/\(grantsSeen[grant])/revocations",
        body: ["reason": "stop"])
    case .give, .take, .stop, .wake, .wait, .record: return nil
    }
  }

  private func digest(of content: Int, isStale: Bool) -> JSON {
    .string(isStale ? ServedProposal.noDigest : digests[content] ?? ServedProposal.noDigest)
  }

  private func content(_ number: Int) -> JSON {
    content.replacing(
      ["targets", "0", "max_rps"],
      with: JSON(Rate(milliRPS: Int64(ReferenceModel.rates[number]))))
  }

  private func verdict(of decision: ReferenceModel.Decision, on content: Int) -> JSON {
    var body: JSON = [
      "role": .string(decision.role.product.rawValue),
      "verdict": .string(decision.verdict.product.rawValue),
    ]
    if decision.verdict != .approve { body = body.with("reason", "because") }
    guard let condition = condition(of: decision, on: content) else { return body }
    return body.with("conditions", ["targets": [condition.with("index", 0)]])
  }

  private func condition(of decision: ReferenceModel.Decision, on content: Int) -> JSON? {
    func window(_ start: String, _ end: String) -> JSON {
      ["windows": [["days": "all", "start": .string(start), "end": .string(end)]]]
    }
    switch decision.condition {
    case .none: return nil
    case .morning: return window("02:00", "03:00")
    case .evening: return window("04:00", "05:00")
    case .slow, .slower, .equal, .wide:
      let asked = ReferenceModel.rates[content]
      let rate = ReferenceModel.rate(under: decision.condition, asked)
      return ["max_rps": JSON(Rate(milliRPS: Int64(rate)))]
    }
  }

  private mutating func note(_ json: JSON, of action: HistoryAction) throws {
    switch action {
    case .revise(_, let content): digests[content] = try json["digest"].requiredText
    case .submit: decisions.append([])
    case .decide: decisions[decisions.count - 1].append(try json["id"].requiredText)
    case .lock: locks.append(try json["id"].requiredText)
    default: break
    }
  }

  /// The codes of a refusal, the one before all others first; its status has to be the code's.
  private static func codes(of reply: Reply) throws -> [String] {
    let problem = try reply.json
    let code = try problem["code"].requiredText
    #expect(reply.status == statuses[code] ?? 409, "\(reply.text)")
    return [code] + problem["blocking"].elements.compactMap { $0["code"].text }
  }

  /// Of the codes of a history that are not 409.
  private static let statuses = [
    "unauthenticated": 401, "self_decision": 403, "editor_decision": 403, "party_decision": 403,
    "role_not_held": 403, "role_missing": 403, "not_allowed": 403, "same_person": 403,
    "release_needs_role": 403, "condition_widens": 422,
  ]
}
