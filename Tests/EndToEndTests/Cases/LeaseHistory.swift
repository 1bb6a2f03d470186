import CountersignTesting
import Domain
import Testing

/// What one worker does, at random: asks, renews, gives back, and loses answers.
struct LeaseHistory: Sendable {
  let stage: Stage
  let proposal: Stage.Proposal
  let number: Int
  var random: SeededRandom
  private var held: (lease: String, term: Int64)?
  private var names = 0

  init(stage: Stage, proposal: Stage.Proposal, number: Int, random: SeededRandom) {
    // A retry after a lost answer goes to the other process, if there is one.
    self.stage = stage.inOwnTurns
    self.proposal = proposal
    self.number = number
    self.random = random
  }

  private static let wishes: [Int64] = [100_000, 250_000, 333_333, 500_000, 1_000_000]

  mutating func run(steps: Int) async throws {
    for _ in 0..<steps {
      guard let (lease, term) = held else {
        try await ask()
        continue
      }
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<10: try await renew(lease, term, isAnswerLost: false)
      case 10..<14: try await renew(lease, term, isAnswerLost: true)
      case 14..<19: try await giveBack(lease, term, by: stage.gateway)
      default: try await giveBack(lease, term, by: stage.pool)
      }
    }
  }

  private mutating func ask() async throws {
    names += 1
    let wish = Rate(microRPS: LeaseHistory.wishes.randomElement(using: &random) ?? 100_000)
    let worker = "h\(number)-\(names)"
    let key = "\(proposal.id)-\(worker)"
    if Int.random(in: 0..<4, using: &random) == 0 {
      let body: JSON = [
        "proposal": .string(proposal.id), "worker": .string(proposal.name(of: worker)),
        "hosts": [.string(proposal.host)], "wants_rps": JSON(wish),
      ]
      try await stage.pool.abandon("/v1/leases", body, key: key)
    }
    var reply = try await stage.lease(proposal, worker: worker, wants: wish, key: key)
    // The first one may still be on its way.
    while try reply.status == 409 && reply.json["code"] == "idempotency_in_progress" {
      reply = try await stage.lease(proposal, worker: worker, wants: wish, key: key)
    }
    guard reply.status == 201 else { return try goOn(after: reply) }
    let lease = try reply.json["lease"]
    #expect((lease["rps"].microRPS ?? 0) <= wish.microRPS)
    held = (try lease["id"].requiredText, 1)
  }

  private mutating func renew(
    _ lease: String, _ term: Int64, isAnswerLost: Bool
  ) async throws {
    let wish = Rate(microRPS: LeaseHistory.wishes.randomElement(using: &random) ?? 100_000)
    if isAnswerLost {
      let body: JSON = ["term": JSON(term), "usage": Content.usage(), "wants_rps": JSON(wish)]
      try await stage.pool.abandon("/v1/leases/\(lease)/renewals", body, key: nil)
    }
    let reply = try await stage.renew(lease, term: term, wants: wish)
    guard reply.status == 200 else { return try goOn(after: reply) }
    let answer = try reply.json["lease"]
    // Whether the first one arrived or not: the same next term.
    #expect(answer["term"].integer == term + 1)
    #expect((answer["rps"].microRPS ?? 0) > 0)
    held = (lease, term + 1)
  }

  private mutating func giveBack(
    _ lease: String, _ term: Int64, by client: Client
  ) async throws {
    let reply = try await stage.giveBack(lease, term: term, by: client)
    guard reply.status == 200 else { return try goOn(after: reply) }
    held = nil
  }

  /// A refusal that may come in such a run.
  private mutating func goOn(after reply: Reply) throws {
    if reply.isExpiredLease { return held = nil }
    let known = [
      "no_capacity", "locked", "daily_requests_spent", "lease_exists", "unavailable",
    ]
    let code = try reply.json["code"].text ?? ""
    #expect(known.contains(code), "\(reply.status) \(reply.text)")
  }

  /// Stops the proposal and lets it go on.
  static func lockAndRelease(
    _ stage: Stage, _ proposal: Stage.Proposal, times: Int
  ) async throws {
    for _ in 0..<times {
      let lock = try await stage.person("legal").post(
        "/v1/locks",
        ["scope": ["kind": "proposal", "id": .string(proposal.id)], "reason": "a test"]
      ).json(201)
      let path = "/v1/locks/\(try lock["id"].requiredText)/releases"
      try await stage.lease(proposal, worker: "while-locked").problem(423, "locked")
      _ = try await stage.person("risk").post(path, ["reason": "over"]).json(202)
      _ = try await stage.person("legal2").post(path, ["reason": "over"]).json(200)
    }
  }
}
