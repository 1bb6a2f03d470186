internal import CountersignTesting
internal import Foundation
internal import Postgres
internal import Reactor
internal import Synchronization
import Testing

@Suite("faults of the server and the network")
struct FaultTests {
  @Test("a deadlock fails one of the two, by its name")
  func deadlock() async throws {
    try await TestDatabase.with(.empty, configure: { $0.lockMilliseconds = 0 }) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(SQL.insert, [.int64(1), .text("0")])
        tx.write(SQL.insert, [.int64(2), .text("0")])
      }
      let loop = try #require(EventLoop.current)
      let bothHoldOne = Meeting(of: 2)
      let tasks = [(1, 2), (2, 1)].map { (first, second) in
        loop.run {
          try await database.transaction { (tx: borrowing Transaction) in
            try await tx.execute(SQL.lock, [.int64(Int64(first))], rows: 1)
            await bothHoldOne.arrive()
            try await tx.execute(SQL.lock, [.int64(Int64(second))], rows: 1)
          }
        }
      }
      var failures: [DatabaseError] = []
      for task in tasks {
        if case .failure(let error) = await task.result {
          failures.append(try #require(error as? DatabaseError))
        }
      }
      #expect(failures.map(\.state) == [.deadlockDetected])
      #expect(failures.first?.isUnavailable == true)
    }
  }

  @Test("a lock that is not granted in time and a slow statement are unavailability")
  func timeouts() async throws {
    try await TestDatabase.with(
      .empty,
      configure: {
        $0.lockMilliseconds = 20
        $0.statementMilliseconds = 100
      }
    ) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(SQL.insert, [.int64(1), .text("0")])
      }
      try await database.transaction { (tx: borrowing Transaction) in
        try await tx.execute(SQL.lock, [.int64(1)], rows: 1)
        let error = await #expect(throws: DatabaseError.self) {
          try await database.transaction { (tx: borrowing Transaction) in
            try await tx.execute(SQL.lock, [.int64(1)])
          }
        }
        #expect(error?.state == .lockNotAvailable)
        #expect(error?.isUnavailable == true)
      }
      let error = await #expect(throws: DatabaseError.self) {
        try await database.read { (tx: borrowing Transaction) in
          _ = try await tx.query(SQL.sleep, [.int64(60_000)])
        }
      }
      #expect(error?.state == .queryCanceled)
      #expect(error?.isUnavailable == true)
    }
  }

  @Test("a connection cut during COMMIT leaves the outcome unknown; one cut before does not")
  func commitUnknown() async throws {
    let trap = [
      Statement(
        """
        CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$
        """),
      Statement("CREATE TABLE trap (id bigint)"),
      Statement(
        """
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON trap
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()
        """),
    ]
    try await TestDatabase.with(.empty, configure: { $0.connectionsPerLoopMax = 1 }) {
      database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        for statement in trap { tx.write(statement) }
      }
      await #expect(throws: DatabaseError.commitUnknown) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(Statement("INSERT INTO trap (id) VALUES (1)"))
        }
      }
      let before = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(SQL.insert, [.int64(1), .null])
          tx.write(SQL.terminateSelf)
        }
      }
      #expect(before?.state == .adminShutdown)
      let between = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          try await tx.execute(SQL.insert, [.int64(1), .null])
          try await tx.execute(SQL.terminateSelf)
        }
      }
      #expect(between?.isUnavailable == true && between != .commitUnknown)
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("a deferred constraint that fails at COMMIT is not an unknown outcome")
  func deferredConstraint() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(
          Statement("CREATE TABLE late (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
        tx.write(Statement("INSERT INTO late (id) VALUES (1)"))
      }
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(Statement("INSERT INTO late (id) VALUES (1)"))
        }
      }
      #expect(error?.state == .uniqueViolation)
      #expect(error?.constraint == "late_id_key")
    }
  }

  @Test("connections cut one by one under load: no lost or doubled write, no descriptor lost")
  func terminations() async throws {
    let seed = UInt64.random(in: .min ... .max)
    print("seed \(seed)")
    try await TestDatabase.with(.empty, configure: { $0.connectionsPerLoopMax = 4 }) {
      database, url in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        for id in 1...4 { tx.write(SQL.insert, [.int64(Int64(id)), .text("0")]) }
      }
      let loop = try #require(EventLoop.current)
      let isOver = Atomic(false)
      let descriptorsBefore = try openDescriptors()
      let load = (1...8).map { worker in
        loop.run {
          var (done, unknown) = (0, 0)
          while !isOver.load(ordering: .relaxed) {
            do {
              try await increment(Int64(worker % 4 + 1), in: database)
              done += 1
            } catch DatabaseError.commitUnknown {
              unknown += 1
            } catch let error as DatabaseError where error.isUnavailable {
              await loop.sleep(until: .now().advanced(byMilliseconds: 5))
            }
          }
          return (done, unknown)
        }
      }
      let cuts = try await cutConnections(count: 150, seed: seed, url: url)
      #expect(cuts == 150)
      isOver.store(true, ordering: .relaxed)
      var (done, unknown) = (0, 0)
      for task in load {
        let counts = try await task.value
        done += counts.0
        unknown += counts.1
      }
      let total = try await sum(in: database)
      #expect(done > 0)
      #expect((done...(done + unknown)).contains(Int(total)))
      // Other tests open some at the same time; a leak would be one for each of the cuts.
      #expect(try openDescriptors() - descriptorsBefore < 100)
    }
  }

  @Test("a server that stops and starts is found again without a new process")
  func restart() async throws {
    let server = try TestServer()
    let loop = TestDatabase.loops[0]
    let database = try Database(
      DatabaseConfiguration(url: server.url), loops: [loop], logger: TestDatabase.quiet)
    try await SQL.makeTables(in: database)
    try await database.transaction { (tx: borrowing Transaction) in
      tx.write(SQL.insert, [.int64(1), .text("0")])
    }
    server.stop()
    for _ in 0..<20 {
      let error = await #expect(throws: DatabaseError.self) {
        try await increment(1, in: database)
      }
      #expect(error?.isUnavailable == true)
      #expect(error?.description.contains("\n") == false)
    }
    try server.start()
    var isBack = false
    let end = MonotonicInstant.now().advanced(bySeconds: 20)
    while !isBack, MonotonicInstant.now() < end {
      do {
        try await increment(1, in: database)
        isBack = true
      } catch let error as DatabaseError where error.isUnavailable {
        await loop.sleep(until: .now().advanced(byMilliseconds: 20))
      }
    }
    let note = try await database.read { (tx: borrowing Transaction) in
      try await tx.one(SQL.note, [.int64(1)]).text(0)
    }
    #expect(note == "1")
    await database.shutdown()
    server.stop()
  }

  @Test("a host name is resolved off the loop and reached by TCP; an unknown one is named")
  func hostNames() async throws {
    let rules = FileManager.default.temporaryDirectory
      .appending(path: "countersign-hba-\(UInt32.random(in: .min ... .max)).conf")
    try Data("local all all trust\nhost all all all trust\n".utf8).write(to: rules)
    defer { unlink(rules.path) }
    let port = 20_000 + Int.random(in: 0..<10_000)
    let server = try TestServer(settings: [
      "hba_file": rules.path, "listen_addresses": "localhost", "port": "\(port)",
    ])
    defer { server.stop() }
    func connect(to host: String) async throws -> Int {
      let url = "postgresql://countersign@\(host):\(port)/countersign"
      let database = try Database(
        DatabaseConfiguration(url: url), loops: TestDatabase.loops, logger: TestDatabase.quiet)
      let result: Result<Int, any Error>
      do {
        result = .success(
          try await database.read { (tx: borrowing Transaction) in
            try await tx.query(SQL.processID).count
          })
      } catch {
        result = .failure(error)
      }
      await database.shutdown()
      return try result.get()
    }
    #expect(try await connect(to: "localhost") == 1)
    #expect(try await connect(to: "127.0.0.1") == 1)
    let error = await #expect(throws: DatabaseError.self) {
      _ = try await connect(to: "nowhere.invalid")
    }
    #expect(error?.description.contains("nowhere.invalid") == true)
    #expect(error?.isUnavailable == true)
  }

  private func increment(_ id: Int64, in database: Database) async throws {
    try await database.transaction { (tx: borrowing Transaction) in
      _ = try await tx.one(SQL.lock, [.int64(id)])
      tx.write(SQL.increment, [.int64(id)])
    }
  }

  /// Asks until it gets an answer: the last cut may hit the connection that asks.
  private func sum(in database: Database) async throws -> Int64 {
    for _ in 0..<100 {
      do {
        return try await database.read { (tx: borrowing Transaction) in
          try await tx.one(Statement("SELECT sum(note::bigint)::bigint FROM item")).int64(0)
        }
      } catch let error as DatabaseError where error.isUnavailable {
        continue
      }
    }
    throw DatabaseError.connectionLost
  }

  /// Cuts other sessions of the same database until so many have been cut.
  private func cutConnections(count: Int, seed: UInt64, url: String) async throws -> Int {
    let list = Statement(
      """
      SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'countersign'
      ORDER BY pid
      """)
    var random = SeededGenerator(seed: seed)
    var configuration = DatabaseConfiguration(url: url)
    configuration.applicationName = "killer"
    let killer = try Database(
      configuration, loops: TestDatabase.loops, logger: TestDatabase.quiet)
    var cut = 0
    while cut < count {
      let victims = try await killer.read { (tx: borrowing Transaction) in
        try await tx.query(list).map { try $0.int32(0) }
      }
      guard let victim = victims.randomElement(using: &random) else { continue }
      cut += try await killer.read { (tx: borrowing Transaction) in
        try await tx.query(SQL.terminate, [.int32(victim)]).count
      }
    }
    await killer.shutdown()
    return cut
  }

  private func openDescriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }
}

/// Random numbers that can be had again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
