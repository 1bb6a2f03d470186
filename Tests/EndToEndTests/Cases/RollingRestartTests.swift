import Domain
import Foundation
import Glibc
import Synchronization
import Testing

/// What docs/operations.md says of an upgrade of one replica after the other.
@Suite("rolling restarts", .inTurn)
struct RollingRestartTests {
  @Test("two replicas are restarted one after the other, and callers of both lose nothing")
  func rolling() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningDev.withDatabase(on: shared) { dev in
      let stage = Stage(dev: dev)
      let proposal = try await stage.approved(Content.own())
      let replicas = try await RollingReplicas(on: dev)
      let worker = RenewingWorker(stage, proposal, replicas)
      let lease = try await worker.begin()
      async let renewed = worker.renewUntilEnd()
      for index in 0..<RollingReplicas.count {
        try await worker.renewsMore()
        #expect(try await replicas.restart(index) == 0)
        try await worker.renewsMore()
      }
      worker.end()
      let last = try await renewed
      let second = try await stage.secondConnection()
      let terms = try await offPool {
        try second.rows("SELECT term FROM leases WHERE id = '\(lease)'")
      }
      #expect(terms == [["\(last.term)"]], "no term is made twice, none is lost")
      try await everyKeyIsKnown(replicas, last.token, stage)
      for code in try await replicas.stop() { #expect(code == 0) }
    }
  }

  /// Each replica has its own key folder and knows the keys of the other.
  private func everyKeyIsKnown(
    _ replicas: RollingReplicas, _ token: String, _ stage: Stage
  ) async throws {
    var sets: Set<String> = []
    for client in replicas.clients(stage.gateway.secret) {
      sets.insert(try await client.get("/.well-known/jwks.json").text)
      #expect(try await stage.introspect(token, by: client).json(200)["active"] == true)
    }
    #expect(sets.count == 1)
    let keys = try JSONParser.parse(Array((sets.first ?? "").utf8))["keys"].elements
    #expect(keys.count == RollingReplicas.count + 1, "of dev and of each replica")
  }
}

/// Two servers on the database of a third.
private final class RollingReplicas: Sendable {
  static let count = 2

  private let workplace: Workplace
  private let environments: [[String: String]]
  private let running: Mutex<[ServeProcess]>

  init(on dev: RunningDev) async throws {
    workplace = dev.workplace
    var environments: [[String: String]] = []
    var started: [ServeProcess] = []
    for number in 0..<RollingReplicas.count {
      let environment = [
        "DATABASE_URL": dev.credentials.databaseURL,
        "COUNTERSIGN_KEYS": "\(dev.workplace.path)/keys-\(number)",
      ]
      started.append(try await ServeProcess(in: dev.workplace, environment: environment))
      environments.append(environment)
    }
    self.environments = environments
    running = Mutex(started)
  }

  func clients(_ secret: String?) -> [Client] {
    running.withLock { servers in servers.map { $0.client(secret) } }
  }

  /// Stops one with SIGTERM, waits for its end and starts it again; gives the exit code.
  func restart(_ index: Int) async throws -> Int32 {
    let code = try await running.withLock { $0[index] }.stop()
    let again = try await ServeProcess(in: workplace, environment: environments[index])
    running.withLock { $0[index] = again }
    return code
  }

  func stop() async throws -> [Int32] {
    var codes: [Int32] = []
    for server in running.withLock({ $0 }) { codes.append(try await server.stop()) }
    return codes
  }
}

/// A worker that goes on renewing, at whichever replica answers, as behind a reverse proxy.
private final class RenewingWorker: Sendable {
  private struct State: Sendable {
    var lease = ""
    var term: Int64 = 1
    var token = ""
    var isEnding = false
  }

  private let stage: Stage
  private let proposal: Stage.Proposal
  private let replicas: RollingReplicas
  private let state = Mutex(State())

  init(_ stage: Stage, _ proposal: Stage.Proposal, _ replicas: RollingReplicas) {
    self.stage = stage
    self.proposal = proposal
    self.replicas = replicas
  }

  /// The id of the lease.
  func begin() async throws -> String {
    let first = try await call(
      "/v1/leases",
      [
        "proposal": .string(proposal.id), "worker": .string(proposal.name(of: "w1")),
        "hosts": [.string(proposal.host)],
      ]
    ).json(201)
    let lease = try first["lease"]["id"].requiredText
    let token = try first["token"].requiredText
    state.withLock { ($0.lease, $0.token) = (lease, token) }
    return lease
  }

  /// The last term and its token, once `end` was called.
  func renewUntilEnd() async throws -> (term: Int64, token: String) {
    while true {
      let (lease, term) = state.withLock { ($0.lease, $0.term) }
      if state.withLock({ $0.isEnding }) { return (term, state.withLock { $0.token }) }
      let body: JSON = ["term": JSON(term), "usage": Content.usage(requests: 0)]
      let answer = try await call("/v1/leases/\(lease)/renewals", body).json(200)
      let next = try answer["lease"]["term"].requiredInteger
      #expect(next == term + 1)
      let token = try answer["token"].requiredText
      state.withLock { ($0.term, $0.token) = (next, token) }
    }
  }

  func end() { state.withLock { $0.isEnding = true } }

  /// Returns after a few more terms.
  func renewsMore() async throws {
    let wanted = state.withLock { $0.term } + 5
    let deadline = Date(timeIntervalSinceNow: 60)
    while state.withLock({ $0.term }) < wanted {
      guard Date() < deadline else { throw Program.Failure(description: "no renewals") }
      await Task.yield()
    }
  }

  /// Asks the replicas in turn until one answers; 60 s at most.
  private func call(_ path: String, _ body: JSON) async throws -> Reply {
    let deadline = Date(timeIntervalSinceNow: 60)
    while true {
      for client in replicas.clients(stage.pool.secret) {
        do {
          let reply = try await client.post(path, body)
          if reply.status != 503 { return reply }
        } catch {
          // Not there just now: the next one is.
          guard Date() < deadline else { throw error }
        }
      }
    }
  }
}
