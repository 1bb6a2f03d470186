import Domain
import Foundation
import Synchronization
import Testing

/// The commands of docs/operations.md, on a service that goes on working.
@Suite("backup and restore", .inTurn)
struct RestoreTests {
  @Test("a backup made under load, restored elsewhere, is the service as it was at that instant")
  func underLoad() async throws {
    let shared = try await RunningDev.shared.value
    // Without jobs: what they do by themselves is no part of the backup.
    let extra = ["COUNTERSIGN_JOBS": "off"]
    try await RunningDev.withDatabase(on: shared, extra: extra) { dev in
      let stage = Stage(dev: dev, isBusyMachine: true)
      let scene = try await KeptScene(stage)
      let load = Load()
      async let done: Void = load.run(stage)
      try await load.hasBegun()
      let backup = try await Backup.make(of: dev)
      load.end()
      try await done
      #expect(load.callCount > 0)

      try await OwnDatabase.with(.empty) { own in
        try await backup.restore(into: own)
        let restored = try await own.contents()
        for (table, expected) in backup.contents {
          #expect(restored[table] == expected, "\(table)")
        }
        #expect(restored.count == backup.contents.count)
        let serve = try await own.serve(extra)
        try await scene.isUnchanged(on: serve, since: stage)
        try await scene.goesOnOnlyAfterUnlocking(on: serve, of: own, stage)
        #expect(try await serve.stop() == 0)
        #expect(try await own.run(["serve", "--check"]).output.contains("keys: 1"))
      }
    }
  }
}

/// Calls that go on while a backup is made.
private final class Load: Sendable {
  private let isEnding = Atomic<Bool>(false)
  private let calls = Atomic<Int>(0)

  var callCount: Int { calls.load(ordering: .relaxed) }

  func end() { isEnding.store(true, ordering: .relaxed) }

  /// Returns after the first call was answered.
  func hasBegun() async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while callCount == 0 {
      guard Date() < deadline else { throw Program.Failure(description: "no load") }
      await Task.yield()
    }
  }

  /// Proposals, signatures, leases and their terms, by two callers, until the end.
  func run(_ stage: Stage) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          while !self.isEnding.load(ordering: .relaxed) { try await self.round(stage) }
        }
      }
      try await group.waitForAll()
    }
  }

  private func round(_ stage: Stage) async throws {
    let proposal = try await stage.approved(Content.own())
    let lease = try await stage.lease(proposal, worker: "w").json(201)["lease"]["id"].requiredText
    for term in Int64(1)...3 {
      _ = try await stage.renew(lease, term: term).json(200)
      calls.add(1, ordering: .relaxed)
    }
  }
}

/// A dump, the keys, and what the database held at the dump's snapshot.
private struct Backup: Sendable {
  let dump: String
  let keys: String
  let contents: [String: String]

  /// `pg_dump` of exactly the snapshot of which the contents are counted.
  static func make(of dev: RunningDev) async throws -> Backup {
    let dump = dev.workplace.path + "/countersign.dump"
    let keys = dev.workplace.path + "/keys.tar"
    let url = dev.credentials.databaseURL
    let reader = try await offPool { try SecondConnection(url: url) }
    let snapshot = try await offPool {
      _ = try reader.rows("BEGIN ISOLATION LEVEL REPEATABLE READ")
      return try reader.rows("SELECT pg_export_snapshot()")[0][0]
    }
    try await run(
      ["pg_dump", "--format=custom", "--snapshot=\(snapshot)", "--file=\(dump)", url], dev.workplace
    )
    let contents = try await offPool { try reader.contents() }
    let folder = dev.workplace.data + "/keys"
    try await run(
      ["tar", "--create", "--file=\(keys)", "--directory=\(folder)", "."], dev.workplace)
    return Backup(dump: dump, keys: keys, contents: contents)
  }

  func restore(into own: OwnDatabase) async throws {
    let words = ["pg_restore", "--exit-on-error", "--no-owner", "--dbname=\(own.url)", dump]
    try await Backup.run(words, own.workplace)
    try await Backup.run(["install", "-d", "-m", "0700", own.keys], own.workplace)
    let extract = ["tar", "--extract", "--preserve-permissions", "--file=\(keys)"]
    try await Backup.run(extract + ["--directory=\(own.keys)"], own.workplace)
  }

  private static func run(_ words: [String], _ workplace: Workplace) async throws {
    let program = try workplace.start(
      ["/usr/bin/env"] + words, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"])
    let code = try await program.end().code
    guard code == 0 else {
      throw Program.Failure(description: "\(words[0]) ended with \(code): \(program.errors)")
    }
  }
}

/// What stands in the database before the backup and is not touched under load.
private struct KeptScene {
  /// One request in 250 s, so that its lease lasts as long.
  private static let slow = Rate(microRPS: 4_000)

  let approved: Stage.Proposal
  let rejected: Stage.Proposal
  let lease: String
  let token: String

  init(_ stage: Stage) async throws {
    approved = try await stage.approved(Content.own(rate: KeptScene.slow, workers: 1))
    rejected = try await stage.submitted(Content.polite())
    _ = try await stage.decide(rejected, as: "risk", "risk_reviewer", "reject").json(201)
    let first = try await stage.lease(approved, worker: "w1").json(201)
    lease = try first["lease"]["id"].requiredText
    token = try first["token"].requiredText
  }

  private var paths: [String] {
    let ofProposals = [approved, rejected].flatMap { proposal in
      ["", "/decisions", "/revisions", "/revisions/1", "/timeline"].map {
        "/v1/proposals/\(proposal.id)\($0)"
      }
    }
    return ofProposals + [
      "/v1/grants/\(approved.grant)", "/v1/leases/\(lease)", "/v1/people", "/v1/pools",
      "/.well-known/jwks.json",
    ]
  }

  /// Every byte of every view, and the token is believed.
  func isUnchanged(on serve: ServeProcess, since stage: Stage) async throws {
    let auditor = stage.person("auditor")
    for path in paths {
      let before = try await auditor.get(path)
      let after = try await serve.client(auditor.secret).get(path)
      #expect(before.status == 200, "\(path): \(before.text)")
      #expect(after.text == before.text, "\(path)")
    }
    let gateway = serve.client(stage.gateway.secret)
    #expect(try await stage.introspect(token, by: gateway).json(200)["active"] == true)
  }

  /// The lock on everything that a restore begins with: nothing is leased, renewed or believed
  /// until two people release it, whatever the backup does not know of; and not before the
  /// quarantine is over that the service begins by itself.
  func goesOnOnlyAfterUnlocking(
    on serve: ServeProcess, of own: OwnDatabase, _ stage: Stage
  ) async throws {
    let operatorCalls = serve.client(stage.person("operator").secret)
    let lock = try await operatorCalls.post(
      "/v1/locks", ["scope": ["kind": "everything"], "reason": "Restored from a backup."]
    ).json(201)["id"].requiredText
    let pool = serve.client(stage.pool.secret)
    let gateway = serve.client(stage.gateway.secret)
    let renewal: JSON = ["term": 1, "usage": Content.usage(requests: 0)]
    try await pool.post("/v1/leases/\(lease)/renewals", renewal).problem(423, "locked")
    try await pool.post("/v1/leases", newLease).problem(423, "locked")
    #expect(try await stage.introspect(token, by: gateway).json(200) == ["active": false])

    let release = "/v1/locks/\(lock)/releases"
    _ = try await operatorCalls.post(release, ["reason": "The terms have run out."]).json(202)
    try await pool.post("/v1/leases", newLease).problem(423, "locked")
    let legal = serve.client(stage.person("legal").secret)
    _ = try await legal.post(release, ["reason": "Seen."]).json(200)
    let other = try await otherProposal(serve, stage)
    for call in [
      try await pool.post("/v1/leases/\(lease)/renewals", renewal),
      try await pool.post("/v1/leases", leaseBody(other, "w9")),
    ] {
      try call.problem(503, "quarantine")
      let seconds = try #require(call.field("Retry-After").flatMap { Int($0) })
      #expect((1...334).contains(seconds))
    }
    // The five minutes are not waited for here.
    try await own.execute(
      """
      ALTER TABLE lease_guard DISABLE TRIGGER USER;
      UPDATE lease_guard SET quarantined_until = clock_timestamp();
      ALTER TABLE lease_guard ENABLE TRIGGER USER;
      """)
    _ = try await pool.post("/v1/leases/\(lease)/renewals", renewal).json(200)
    let granted = try await pool.post("/v1/leases", leaseBody(other, "w9")).json(201)
    let fresh = try granted["token"].requiredText
    #expect(try await stage.introspect(fresh, by: gateway).json(200)["active"] == true)
    // Signed with the restored key: the service that was backed up believes it to be its own.
    #expect(fresh.split(separator: ".").first == token.split(separator: ".").first)
  }

  private var newLease: JSON { leaseBody(approved, "w2") }

  private func leaseBody(_ proposal: Stage.Proposal, _ worker: String) -> JSON {
    [
      "proposal": .string(proposal.id), "worker": .string(proposal.name(of: worker)),
      "hosts": [.string(proposal.host)],
    ]
  }

  /// One more main job, all of it on the restored service.
  private func otherProposal(
    _ serve: ServeProcess, _ stage: Stage
  ) async throws -> Stage.Proposal {
    let pm = serve.client(stage.person("pm").secret)
    let content = Content.own()
    let made = try await pm.post("/v1/proposals", ["content": content]).json(201)
    let proposal = Stage.Proposal(
      id: try made["id"].requiredText, number: try made["number"].requiredInteger,
      digest: try made["digest"].requiredText, host: content["targets"][0]["hosts"][0].text ?? "")
    let digest: JSON = ["revision_digest": .string(proposal.digest)]
    _ = try await pm.post("/v1/proposals/\(proposal.id)/submissions", digest).json(201)
    for (name, role) in [("legal", "legal_reviewer"), ("risk", "risk_reviewer")] {
      let decision = digest.with("role", .string(role)).with("verdict", "approve")
      _ = try await serve.client(stage.person(name).secret).post(
        "/v1/proposals/\(proposal.id)/decisions", decision
      ).json(201)
    }
    return proposal
  }
}
