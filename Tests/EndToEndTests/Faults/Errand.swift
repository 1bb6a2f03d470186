import CountersignTesting
import Domain
import Testing

/// One proposal from its first call to its leases: it is submitted, signed by several people at
/// once, and three workers share what was granted. The random numbers decide who does what.
struct Errand: Sendable {
  let stage: Stage
  var random: SeededRandom

  private struct Signature: Sendable {
    let name: String
    let role: String
    var verdict = "approve"
  }

  private static let stepsOfWorker = 5

  mutating func run() async throws {
    var proposal = try await stage.submitted(Content.own())
    let legal = Signature(name: "legal", role: "legal_reviewer")
    let rival = Signature(name: "legal2", role: "legal_reviewer")
    let risk = Signature(name: "risk", role: "risk_reviewer")
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      let no = Signature(name: "risk", role: "risk_reviewer", verdict: "reject")
      let statuses = try await sign(proposal, [legal, no])
      #expect([[201, 201], [409, 201]].contains(statuses), "\(statuses)")
      #expect(try await stage.view(proposal)["status"] == "rejected")
      return
    case 1, 2:
      let statuses = try await sign(proposal, [legal, rival, risk])
      #expect([[201, 409, 201], [409, 201, 201]].contains(statuses), "\(statuses)")
    default:
      #expect(try await sign(proposal, [legal, risk]) == [201, 201])
    }
    let view = try await stage.view(proposal)
    #expect(view["status"] == "approved")
    proposal.grant = try view["grant"]["id"].requiredText
    try await work(on: proposal)
  }

  /// All at the same time; the status of each.
  private func sign(
    _ proposal: Stage.Proposal, _ signatures: [Signature]
  ) async throws -> [Int] {
    try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for (index, signature) in signatures.enumerated() {
        group.addTask {
          let reply = try await stage.decide(
            proposal, as: signature.name, signature.role, signature.verdict)
          return (index, reply.status)
        }
      }
      return try await group.reduce(into: Array(repeating: 0, count: signatures.count)) {
        $0[$1.0] = $1.1
      }
    }
  }

  private mutating func work(on proposal: Stage.Proposal) async throws {
    let seeds = (0..<3).map { _ in UInt64.random(in: .min ... .max, using: &random) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, seed) in seeds.enumerated() {
        var history = LeaseHistory(
          stage: stage, proposal: proposal, number: number, random: SeededRandom(seed: seed))
        group.addTask { try await history.run(steps: Errand.stepsOfWorker) }
      }
      try await group.waitForAll()
    }
  }
}
