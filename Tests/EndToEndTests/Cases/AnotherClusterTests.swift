import Domain
import Foundation
import Glibc
import Testing

/// Two real clusters: the one that leases are given from, and one that does not know the newest of
/// them.
@Suite("quarantine in another cluster", .inTurn)
struct AnotherClusterTests {
  /// Waits for the five minutes instead of moving their end.
  private static let isWhole =
    ProcessInfo.processInfo.environment["COUNTERSIGN_WHOLE_QUARANTINE"] != nil

  @Test(
    "P17: an older base backup in the place of the cluster leases nothing for 303 s, then it does"
  )
  func restored() async throws {
    try await RunningDev.with { dev in
      let scene = try await LostScene(dev)
      let backup = try await scene.original.baseBackup(.restored)
      try await scene.leaseOn(Stage(dev: dev, isBusyMachine: true))
      try await dev.kill9()
      try await scene.original.stop(by: SIGQUIT)
      try FileManager.default.removeItem(atPath: scene.original.dataFolder)

      try await ending(backup) {
        try await backup.start()
        try await backup.recover()
        let url = backup.url(role: "countersign", database: "countersign")
        try await RunningServe.with(2, on: url) { pair in
          let stage = Stage(dev: dev, isBusyMachine: true) { pair.map(\.baseURL) }
          try await scene.isQuarantined(in: backup, on: stage)
          try await scene.goesOn(in: backup, on: stage, isWhole: Self.isWhole)
        }
      }
    }
  }

  @Test(
    "P17: a promoted standby that lacks the newest leases, under two replicas: the same"
  )
  func promoted() async throws {
    try await RunningDev.with { dev in
      let scene = try await LostScene(dev)
      let standby = try await scene.original.baseBackup(.following)
      try await ending(standby) {
        try await standby.start()
        try await standby.catchUp(with: scene.original)
        let hosts = "\(scene.original.socketFolder),\(standby.socketFolder)"
        let url = "postgresql://countersign@/countersign?host=\(hosts)&port=5432,5432"
        try await RunningServe.with(2, on: url) { pair in
          try await dev.kill9()
          let stage = Stage(dev: dev, isBusyMachine: true) { pair.map(\.baseURL) }
          try await standby.catchUp(with: scene.original)
          try await scene.original.setReplication(.refused)
          try await scene.leaseOn(stage)

          try await scene.original.stop(by: SIGQUIT)
          for replica in stage.replicas {
            #expect(try await replica.nobody.get("/livez").status == 200)
          }
          try await standby.promote()
          try await scene.isQuarantined(in: standby, on: stage)
          try await scene.goesOn(in: standby, on: stage, isWhole: Self.isWhole)
        }
      }
    }
  }

  /// Nothing runs on a copy after its test.
  private func ending(_ server: DatabaseServer, _ body: () async throws -> Void) async throws {
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    if server.processID != nil { try await server.stop(by: SIGQUIT) }
    try result.get()
  }
}

/// A grant whose leases are partly unknown to a copy of the database.
private struct LostScene {
  let original: DatabaseServer
  private let proposal: Stage.Proposal
  /// Known to the copy.
  private let early: String
  private let lost = Lost()

  /// What only the original knew.
  private final class Lost: @unchecked Sendable {
    var ends: [Timestamp] = []
  }

  private static let quarter = Rate(microRPS: 250_000)

  init(_ dev: RunningDev) async throws {
    let stage = Stage(dev: dev, isBusyMachine: true)
    original = try DatabaseServer(of: dev.workplace)
    proposal = try await stage.approved(Content.own())
    early = try await stage.lease(proposal, worker: "early", wants: Self.quarter)
      .json(201)["lease"]["id"].requiredText
  }

  /// After the copy was made: the budget is given away to the last part.
  func leaseOn(_ stage: Stage) async throws {
    try keep(try await stage.renew(early, term: 1).json(200))
    for number in 0..<3 {
      try keep(
        try await stage.lease(proposal, worker: "late\(number)", wants: Self.quarter).json(201))
    }
    try await stage.lease(proposal, worker: "over", wants: Self.quarter).problem(429, "no_capacity")
  }

  private func keep(_ answer: JSON) throws {
    let end = try answer["lease"]["expires_at"].requiredText
    lost.ends.append(try #require(Timestamp(end)))
    #expect(answer["lease"]["rps"] == JSON(Self.quarter))
  }

  /// By its rows there would be room, and yet nothing is given, renewed or told again; everything
  /// else works.
  func isQuarantined(in copy: DatabaseServer, on stage: Stage) async throws {
    let known = try await copy.administer("SELECT id, term FROM leases", in: "countersign")
    #expect(known == [[early, "1"]], "the copy knows nothing of what came after it")
    for replica in stage.replicas + stage.replicas {
      for answer in [
        try await replica.lease(proposal, worker: "new", wants: Self.quarter),
        try await replica.renew(early, term: 1),
      ] {
        try answer.problem(503, "quarantine")
        let seconds = try #require(answer.field("Retry-After").flatMap { Int($0) })
        #expect((1...304 + Int(Spread.secondsMax)).contains(seconds))
        try await namesTheEnd(answer, in: copy)
      }
      // What the copy has forgotten comes first, and the quarantine with it.
      let forgotten = try await replica.renew(early, term: 2)
      try forgotten.problem(409, "wrong_term")
      try await namesTheEnd(forgotten, in: copy)
      #expect(try await replica.nobody.get("/readyz").status == 200)
      #expect(try await replica.nobody.get("/v1/time").status == 200)
    }
    _ = try await stage.approved(Content.own())

    let noticed = try await copy.administer(
      """
      SELECT detail ->> 'cause', detail ->> 'until', detail ->> 'cluster_before',
        detail ->> 'cluster', at
      FROM (SELECT convert_from(bytes, 'UTF8')::json -> 'detail' AS detail,
          to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
        FROM events WHERE type = 'leases.quarantined' ORDER BY seq) e
      """, in: "countersign")
    #expect(noticed.count == 1, "noticed by many, recorded once")
    let row = try #require(noticed.first)
    #expect(row[0] == "cluster_changed" && row[2] != row[3])
    // The longest term and its guard, from when it was noticed: later than all that is out.
    let until = try await end(in: copy)
    #expect(Timestamp(row[1]) == until)
    let at = try #require(Timestamp(row[4]))
    #expect(until.microseconds(since: at) == 303_000_000)
    #expect(lost.ends.count == 4)
    for end in lost.ends { #expect(until > end.adding(seconds: 3)) }
  }

  private func namesTheEnd(_ answer: Reply, in copy: DatabaseServer) async throws {
    let until = try answer.json["blocking"].elements.first { $0["code"] == "quarantine" }
    #expect(try await end(in: copy).description == until?["until"].text, "\(answer.text)")
  }

  /// Not before its end, and then as ever.
  func goesOn(in copy: DatabaseServer, on stage: Stage, isWhole: Bool) async throws {
    if !isWhole {
      try await copy.administer(
        """
        ALTER TABLE lease_guard DISABLE TRIGGER USER;
        UPDATE lease_guard SET quarantined_until = clock_timestamp() + interval '3 s';
        ALTER TABLE lease_guard ENABLE TRIGGER USER;
        """, in: "countersign")
    }
    let until = try await end(in: copy)
    let deadline = Date(timeIntervalSinceNow: isWhole ? 330 : 60)
    var refusals = 0
    var answer = try await stage.lease(proposal, worker: "new", wants: Self.quarter)
    while answer.status == 503 {
      try answer.problem(503, "quarantine")
      refusals += 1
      try #require(Date() < deadline, "the quarantine does not end")
      await Client.pause(milliseconds: 50)
      answer = try await stage.lease(proposal, worker: "new", wants: Self.quarter)
    }
    #expect(refusals > 0)
    let first = try answer.json(201)
    let issued = try #require(Timestamp(try first["lease"]["issued_at"].requiredText))
    #expect(issued >= until)
    // The copy's own lease may still take up its quarter.
    var granted = 1
    for number in 0..<4 {
      let next = try await stage.lease(proposal, worker: "next\(number)", wants: Self.quarter)
      if next.status == 201 { granted += 1 } else { try next.problem(429, "no_capacity") }
    }
    #expect((3...4).contains(granted))
    let taken = try await copy.administer(
      "SELECT sum(urps) FROM leases WHERE frees_at > clock_timestamp()", in: "countersign")
    #expect(try #require(Int(taken[0][0])) <= 1_000_000)
    let lease = try first["lease"]["id"].requiredText
    #expect(try await stage.renew(lease, term: 1).json(200)["lease"]["term"] == 2)
  }

  private func end(in copy: DatabaseServer) async throws -> Timestamp {
    let rows = try await copy.administer(
      """
      SELECT to_char(quarantined_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
      FROM lease_guard
      """, in: "countersign")
    return try #require(Timestamp(rows[0][0]))
  }
}
