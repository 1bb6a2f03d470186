import Domain
import Foundation
import Synchronization
import Testing
import Tokens

/// What docs/operations.md says of turning token keys over.
@Suite("rotation of token keys", .inTurn)
struct KeyRotationTests {
  /// Seconds that verifiers may keep the keys; a new one is published for twice as long first.
  private static let maxAge = ["COUNTERSIGN_KEYS_MAX_AGE_SECONDS": "2"]

  private func with(
    _ count: Int, extra: [String: String] = [:],
    _ body: ([RunningServe], Stage) async throws -> Void
  ) async throws {
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      try await RunningServe.with(
        count, on: dev.credentials.databaseURL, extra: Self.maxAge.merging(extra) { $1 }
      ) { replicas in
        try await body(replicas, Stage(dev: dev) { replicas.map(\.baseURL) })
      }
    }
  }

  private func rotate(_ replica: RunningServe) async throws -> String {
    let made = try await replica.commandLine(["keys", "rotate", "--json"])
    #expect(made.code == 0)
    let answer = try JSONParser.parse(Array(made.output.utf8))
    let attributes = try FileManager.default.attributesOfItem(
      atPath: try answer["file"].requiredText)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    return try answer["kid"].requiredText
  }

  /// Where each key stands, by kid.
  private func states(_ replica: RunningServe) async throws -> [String: String] {
    let listed = try await replica.commandLine(["keys", "list", "--json"])
    #expect(listed.code == 0)
    let keys = try JSONParser.parse(Array(listed.output.utf8)).elements
    return Dictionary(
      uniqueKeysWithValues: try keys.map {
        (try $0["kid"].requiredText, try $0["state"].requiredText)
      })
  }

  @Test("tokens verify all the time by the keys that a client caches, while one replica rotates")
  func rotation() async throws {
    try await with(2) { pair, stage in
      let fleet = try await RenewingFleet(stage, workers: 2)
      async let renewed: Void = fleet.renewUntilEnd()
      try await fleet.awaitTokens(more: 10)
      let old = try await fleet.lease(at: 0).kid
      let other = try await fleet.lease(at: 1).kid
      #expect(old != other)
      let new = try await rotate(pair[0])
      try await fleet.awaitToken(of: new)
      #expect(try await fleet.lease(at: 0).kid == new)
      #expect(try await fleet.lease(at: 1).kid == other, "the other replica has its own keys")

      // The last token of the old key stays genuine until it is over, and 13 s more.
      let retired = try await stage.awaitRow(
        """
        SELECT extract(epoch FROM published_until - retired_at)::int
        FROM signing_keys WHERE kid = '\(old)' AND retired_at IS NOT NULL
        """)
      #expect(retired == ["313"])
      try await fleet.awaitTokens(more: 10)
      fleet.end()
      try await renewed
      for cache in fleet.caches { #expect(try await cache.keys()[old] != nil) }
      let standing = try await states(pair[0])
      #expect(standing[new] == "signing" && standing[old] == "retired")
      #expect(standing[other] == "published", "the key of another replica")
      #expect(fleet.faults.isEmpty, "\(fleet.faults.prefix(3))")
      print("rotation: \(fleet.tokensCount) tokens verified by two caches")
    }
  }

  @Test("killed between the file and the database, and while a key is announced: nothing is lost")
  func killed() async throws {
    try await with(1) { replicas, stage in
      let replica = replicas[0]
      let fleet = try await RenewingFleet(stage, workers: 1)
      let old = try await fleet.renewOnce()

      // The file is there, the database does not know of it.
      try await replica.kill9()
      let new = try await rotate(replica)
      let second = try await stage.secondConnection()
      let rows = try await offPool {
        try second.rows("SELECT count(*) FROM signing_keys WHERE kid = '\(new)'")
      }
      #expect(rows == [["0"]])
      #expect(try await states(replica)[new] == "unregistered")
      try await replica.start()
      #expect(try await fleet.renewOnce() == old, "it serves at once, with the key of before")

      // It is announced; the process dies again before the key's turn.
      _ = try await stage.awaitRow("SELECT kid FROM signing_keys WHERE kid = '\(new)'")
      try await replica.kill9()
      try await replica.start()
      let deadline = Date(timeIntervalSinceNow: 60)
      while try await fleet.renewOnce() != new {
        #expect(Date() < deadline)
        guard Date() < deadline else { return }
        await Client.pause(milliseconds: 100)
      }
      let once = try await offPool {
        try second.rows(
          """
          SELECT count(*) FROM events
          WHERE type = 'signing_key.registered' AND object_id = '\(new)'
          """)
      }
      #expect(once == [["1"]])
      #expect(fleet.faults.isEmpty, "\(fleet.faults.prefix(3))")
    }
  }

  @Test("another algorithm in the configuration: a key of it is made and takes over")
  func algorithm() async throws {
    let keys = try Workplace()
    defer { keys.remove() }
    let folder = ["COUNTERSIGN_KEYS": keys.path + "/keys"]
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      let url = dev.credentials.databaseURL
      var old = ""
      try await RunningServe.with(1, on: url, extra: Self.maxAge.merging(folder) { $1 }) { first in
        let stage = Stage(dev: dev) { first.map(\.baseURL) }
        old = try await RenewingFleet(stage, workers: 1).renewOnce()
      }
      let extra = folder.merging(["COUNTERSIGN_TOKEN_ALGORITHM": "EdDSA"]) { $1 }
      try await RunningServe.with(1, on: url, extra: Self.maxAge.merging(extra) { $1 }) { second in
        let stage = Stage(dev: dev) { second.map(\.baseURL) }
        let fleet = try await RenewingFleet(stage, workers: 1)
        let before = try await fleet.renewOnce()
        #expect(before == old, "the key of before signs while the new one is announced")
        let deadline = Date(timeIntervalSinceNow: 60)
        while try await fleet.renewOnce() == old {
          #expect(Date() < deadline)
          guard Date() < deadline else { return }
          await Client.pause(milliseconds: 100)
        }
        #expect(fleet.lastHeader["alg"] == "EdDSA")
        let token = fleet.lastToken
        #expect(try await stage.introspect(token).json(200)["active"] == true)
        #expect(fleet.faults.isEmpty, "\(fleet.faults.prefix(3))")
      }
    }
  }

  @Test("a compromised key: its tokens are inactive at once, its replica goes on with another")
  func compromised() async throws {
    try await with(2) { pair, stage in
      let fleet = try await RenewingFleet(stage, workers: 0)
      let (old, token) = try await fleet.lease(at: 0)
      #expect(try await stage.replicas[1].introspect(token).json(200)["active"] == true)
      let ended = try await pair[0].commandLine(["keys", "retire", "--compromised", "--", old])
      #expect(ended.code == 0, "\(ended.output)")
      for replica in stage.replicas {
        #expect(try await replica.introspect(token).text == #"{"active":false}"#)
      }
      #expect(try await pair[0].commandLine(["keys", "retire", "--", "nothing"]).code == 1)
      #expect(try await states(pair[0])[old] == "over")
      // The other replica has never stopped.
      #expect(try await stage.replicas[1].nobody.get("/readyz").status == 200)
      let deadline = Date(timeIntervalSinceNow: 60)
      while try await stage.replicas[0].nobody.get("/.well-known/jwks.json").json["keys"].elements
        .count < 3, Date() < deadline
      {
        await Client.pause(milliseconds: 100)
      }
      var statuses: Set<Int> = []
      while !statuses.contains(200), Date() < deadline {
        statuses.insert(try await stage.replicas[0].nobody.get("/readyz").status)
        await Client.pause(milliseconds: 100)
      }
      #expect(statuses.isSubset(of: [200, 503]) && statuses.contains(200))
      // It notices within 10 s; until then it may sign what nobody believes any more.
      let proposal = try await stage.approved(Content.own())
      var kid = old
      while kid == old, Date() < deadline {
        let reply = try await stage.replicas[0].lease(proposal, worker: "again", key: "again")
        if reply.status == 201 { kid = try fleet.keyID(reply.json["token"].requiredText) }
        await Client.pause(milliseconds: 100)
      }
      #expect(kid != old)
      #expect(fleet.faults.isEmpty, "\(fleet.faults.prefix(3))")
    }
  }
}

extension Stage {
  /// The first row of a query once it gives one.
  fileprivate func awaitRow(_ sql: String) async throws -> [String] {
    let second = try await secondConnection()
    let deadline = Date(timeIntervalSinceNow: 60)
    while Date() < deadline {
      if let row = try await offPool({ try second.rows(sql) }).first { return row }
      await Client.pause(milliseconds: 50)
    }
    throw Program.Failure(description: "no row: \(sql)")
  }
}

/// Workers that renew, each at every replica in turn; every token is verified by a cache of each
/// replica's keys as soon as it is there, and again when the next one is.
private final class RenewingFleet: Sendable {
  private struct Chain: Sendable {
    let lease: String
    var term: Int64
    var token: String
  }

  private struct State: Sendable {
    var chains: [Chain] = []
    var kids: [String] = []
    var faults: [String] = []
    var isEnding = false
  }

  let caches: [KeyCache]
  private let stage: Stage
  private let state = Mutex(State())

  init(_ stage: Stage, workers: Int) async throws {
    self.stage = stage
    caches = stage.replicas.map { KeyCache($0.nobody) }
    let proposal = try await stage.approved(Content.own())
    let quarter = Rate(microRPS: 250_000)
    for number in 0..<workers {
      let granted = try await stage.lease(proposal, worker: "w\(number)", wants: quarter).json(201)
      let chain = Chain(
        lease: try granted["lease"]["id"].requiredText, term: 1,
        token: try granted["token"].requiredText)
      state.withLock { $0.chains.append(chain) }
      try await verify(chain.token)
    }
  }

  var faults: [String] { state.withLock { $0.faults } }
  var tokensCount: Int { state.withLock { $0.kids.count } }
  var lastToken: String { state.withLock { $0.chains[0].token } }
  var lastHeader: JSONObject {
    do {
      return try CompactJWS(lastToken).header
    } catch {
      return [:]
    }
  }

  func end() { state.withLock { $0.isEnding = true } }

  /// Every worker renews ten times a second, at one replica after the other.
  func renewUntilEnd() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in state.withLock({ $0.chains.indices }) {
        group.addTask {
          var turn = index
          while !self.state.withLock({ $0.isEnding }) {
            _ = try await self.renew(index, at: turn % self.stage.replicas.count)
            turn += 1
            await Client.pause(milliseconds: 100)
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// One term more of the first worker; the key that signed it.
  func renewOnce() async throws -> String { try await renew(0, at: 0) }

  /// The token of another lease, granted at a replica, and the key that signed it.
  func lease(at replica: Int) async throws -> (kid: String, token: String) {
    let proposal = try await stage.approved(Content.own())
    let granted = try await stage.replicas[replica].lease(proposal, worker: "k").json(201)
    let token = try granted["token"].requiredText
    try await verify(token)
    return (try keyID(token), token)
  }

  func awaitTokens(more count: Int) async throws {
    let wanted = tokensCount + count
    try await awaitState { $0.kids.count >= wanted }
  }

  func awaitToken(of kid: String) async throws {
    try await awaitState { $0.kids.contains(kid) }
  }

  private func awaitState(_ isEnough: (State) -> Bool) async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while !state.withLock({ isEnough($0) }) {
      guard Date() < deadline else { throw Program.Failure(description: "no such token") }
      await Client.pause(milliseconds: 50)
    }
  }

  private func renew(_ index: Int, at replica: Int) async throws -> String {
    let chain = state.withLock { $0.chains[index] }
    let answer = try await stage.replicas[replica].renew(chain.lease, term: chain.term).json(200)
    let token = try answer["token"].requiredText
    // The one before may still be presented until the new one has arrived.
    try await verify(chain.token)
    try await verify(token)
    let kid = try keyID(token)
    state.withLock { ($0.chains[index].term, $0.chains[index].token) = (chain.term + 1, token) }
    return kid
  }

  private func verify(_ token: String) async throws {
    let kid = try keyID(token)
    for (index, cache) in caches.enumerated() {
      do {
        try await cache.verify(token)
      } catch let error as TokenError {
        state.withLock { $0.faults.append("cache \(index), key \(kid): \(error)") }
      }
    }
    state.withLock { $0.kids.append(kid) }
  }

  fileprivate func keyID(_ token: String) throws -> String {
    try (CompactJWS(token).header["kid"] ?? .null).requiredText
  }
}
