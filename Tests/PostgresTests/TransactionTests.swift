internal import CountersignTesting
internal import Logging
internal import Postgres
internal import Reactor
import Testing

/// Statements that several suites share.
enum SQL {
  static let createItem = Statement(
    "CREATE TABLE item (id bigint PRIMARY KEY, note text CHECK (note <> 'bad'))")
  static let createPart = Statement(
    "CREATE TABLE part (item bigint NOT NULL CONSTRAINT part_of_item REFERENCES item (id))")
  static let insert = Statement("INSERT INTO item (id, note) VALUES ($1, $2)")
  static let insertPart = Statement("INSERT INTO part (item) VALUES ($1)")
  static let count = Statement("SELECT count(*) FROM item")
  static let increment = Statement("UPDATE item SET note = (note::int + 1)::text WHERE id = $1")
  static let note = Statement("SELECT note FROM item WHERE id = $1")
  static let lock = Statement("SELECT note FROM item WHERE id = $1 FOR UPDATE")
  static let sleep = Statement("SELECT pg_sleep($1::bigint / 1000.0)::text")
  static let processID = Statement("SELECT pg_backend_pid()")
  static let terminateSelf = Statement("SELECT pg_terminate_backend(pg_backend_pid())")
  static let terminate = Statement("SELECT pg_terminate_backend($1)")

  static func makeTables(in database: Database) async throws {
    try await database.transaction { (tx: borrowing Transaction) in
      tx.write(createItem)
      tx.write(createPart)
    }
  }

  static func countItems(in database: Database) async throws -> Int64 {
    try await database.read { (tx: borrowing Transaction) in
      try await tx.one(SQL.count).int64(0)
    }
  }
}

@Suite("transactions")
struct TransactionTests {
  struct Stop: Error {}

  @Test("queued writes are seen by the next query and kept by COMMIT")
  func queuedWrites() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let seen = try await database.transaction { (tx: borrowing Transaction) in
        for id in 1...100 { tx.write(SQL.insert, [.int64(Int64(id)), .text("n")]) }
        let count = try await tx.one(SQL.count).int64(0)
        tx.write(SQL.insert, [.int64(101), .null])
        return count
      }
      #expect(seen == 100)
      #expect(try await SQL.countItems(in: database) == 101)
    }
  }

  @Test("a transaction with nothing in it sends nothing")
  func emptyTransaction() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      let value = try await database.transaction { (tx: borrowing Transaction) in 7 }
      #expect(value == 7)
    }
  }

  @Test("a thrown error undoes everything")
  func rollBack() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      await #expect(throws: Stop.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          try await tx.execute(SQL.insert, [.int64(1), .null], rows: 1)
          tx.write(SQL.insert, [.int64(2), .null])
          throw Stop()
        }
      }
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("a refused statement fails the transaction even when the body goes on")
  func swallowedFailure() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          try await tx.execute(SQL.insert, [.int64(1), .null])
          do throws(DatabaseError) {
            try await tx.execute(SQL.insert, [.int64(1), .null])
          } catch {
            #expect(error.state == .uniqueViolation)
          }
          tx.write(SQL.insert, [.int64(2), .null])
        }
      }
      #expect(error?.state == .uniqueViolation)
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("a queued write that the server refuses fails the COMMIT")
  func failingWrite() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(SQL.insert, [.int64(1), .text("good")])
          tx.write(SQL.insert, [.int64(2), .text("bad")])
        }
      }
      #expect(error?.state == .checkViolation)
      #expect(error?.constraint == "item_note_check")
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test(
    "constraints are named and values are not",
    arguments: [
      (SQL.insert, [.int64(1), .text("SECRET")], SQLState.uniqueViolation, "item_pkey"),
      (SQL.insert, [.int64(2), .text("bad")], .checkViolation, "item_note_check"),
      (SQL.insertPart, [.int64(424_242)], .foreignKeyViolation, "part_of_item"),
      (SQL.insert, [.null, .null], .notNullViolation, nil),
    ] as [(Statement, [Parameter], SQLState, String?)])
  func constraints(
    statement: Statement, values: [Parameter], state: SQLState, constraint: String?
  ) async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(SQL.insert, [.int64(1), .null])
          try await tx.execute(statement, values)
        }
      }
      #expect(error?.state == state)
      #expect(error?.constraint == constraint)
      #expect(error?.isUnavailable == false)
      let text = error?.description ?? ""
      #expect(!text.contains("SECRET") && !text.contains("424242"))
    }
  }

  @Test("an exception of PL/pgSQL arrives with its message")
  func raisedException() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          try await tx.execute(Statement("DO $$ BEGIN RAISE EXCEPTION 'no'; END $$"))
        }
      }
      #expect(error == .server(.raiseException, message: "no", constraint: nil))
    }
  }

  @Test("a read-only transaction cannot write")
  func readOnly() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let error = await #expect(throws: DatabaseError.self) {
        try await database.read { (tx: borrowing Transaction) in
          tx.write(SQL.insert, [.int64(1), .null])
        }
      }
      #expect(error?.state == .readOnlyTransaction)
      #expect(error?.isUnavailable == false)
    }
  }

  @Test("a server that takes no writes is unavailable to a transaction that writes")
  func readOnlyServer() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(Statement("SET TRANSACTION READ ONLY"))
          tx.write(SQL.insert, [.int64(1), .null])
        }
      }
      #expect(error == .unavailable("the server takes no writes"))
    }
  }

  @Test("another number of rows than required rolls back")
  func requiredRows() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      await #expect(throws: DatabaseError.unexpectedRowCount(expected: 1, actual: 0)) {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(SQL.insert, [.int64(1), .text("1")])
          try await tx.execute(SQL.increment, [.int64(2)], rows: 1)
        }
      }
      await #expect(throws: DatabaseError.unexpectedRowCount(expected: 1, actual: 0)) {
        try await database.read { (tx: borrowing Transaction) in
          _ = try await tx.one(SQL.note, [.int64(1)])
        }
      }
      let none = try await database.read { (tx: borrowing Transaction) in
        try await tx.oneOrNil(SQL.note, [.int64(1)]) == nil
      }
      #expect(none)
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("statements are prepared once per session, and NULL fits a prepared type")
  func preparedOnce() async throws {
    let list = Statement("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE $1")
    try await TestDatabase.with(.empty, configure: { $0.connectionsPerLoopMax = 1 }) {
      database, _ in
      try await SQL.makeTables(in: database)
      for id in 1...20 {
        try await database.transaction { (tx: borrowing Transaction) in
          tx.write(SQL.insert, [.int64(Int64(id)), id % 2 == 0 ? .null : .text("x")])
        }
      }
      let count = try await database.read { (tx: borrowing Transaction) in
        try await tx.one(list, [.text("INSERT INTO item%")]).int64(0)
      }
      #expect(count == 1)
    }
  }

  @Test("a statement first prepared with NULL takes any type later")
  func nullFirst() async throws {
    let insert = Statement("INSERT INTO narrow (n) VALUES ($1)")
    try await TestDatabase.with(.empty, configure: { $0.connectionsPerLoopMax = 1 }) {
      database, _ in
      let sum = try await database.transaction { (tx: borrowing Transaction) in
        tx.write(Statement("CREATE TABLE narrow (n smallint)"))
        tx.write(insert, [.null])
        tx.write(insert, [.int64(1)])
        tx.write(insert, [.int32(2)])
        tx.write(insert, [.null])
        return try await tx.one(Statement("SELECT sum(n) FROM narrow")).int64(0)
      }
      #expect(sum == 3)
    }
  }

  @Test("a statement is checked against the schema without being run")
  func check() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.read { (tx: borrowing Transaction) in
        try await tx.check(SQL.insert)
        try await tx.check(SQL.count)
      }
      let error = await #expect(throws: DatabaseError.self) {
        try await database.read { (tx: borrowing Transaction) in
          try await tx.check(Statement("SELECT nothing FROM item WHERE id = $1"))
        }
      }
      #expect(error?.description.contains("\"nothing\" does not exist") == true)
    }
  }

  @Test("a caller outside the loops is served too")
  func offLoop() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      let task = Task.detached {
        #expect(EventLoop.current == nil)
        return try await database.read { (tx: borrowing Transaction) in
          #expect(EventLoop.current != nil)
          return try await tx.query(SQL.processID).count
        }
      }
      let count = try await task.value
      #expect(count == 1)
    }
  }

  @Test("a session has the settings it was promised")
  func settings() async throws {
    let show = Statement(
      """
      SELECT current_setting('TimeZone'), current_setting('lock_timeout'),
             current_setting('statement_timeout'), current_setting('application_name'),
             current_setting('idle_in_transaction_session_timeout'),
             current_setting('transaction_isolation'), current_setting('transaction_read_only')
      """)
    try await TestDatabase.with(.empty) { database, _ in
      let row = try await database.read { (tx: borrowing Transaction) in try await tx.one(show) }
      let values = try (0..<7).map { try row.text($0) }
      #expect(
        values == ["UTC", "250ms", "30s", "countersign", "1min", "read committed", "on"])
    }
  }
}
