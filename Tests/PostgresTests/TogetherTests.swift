internal import CountersignTesting
internal import Postgres
import Testing

@Suite("statements sent together")
struct TogetherTests {
  private static let one = Statement("SELECT 1::bigint UNION ALL SELECT 2")
  private static let echo = Statement("SELECT $1::text")

  private static func add(_ id: Int64, in database: Database) async throws {
    try await database.transaction { (tx: borrowing Transaction) in
      tx.write(SQL.insert, [.int64(id), .null])
    }
  }

  @Test("each gets its rows in order, and sees what those before it did")
  func inOrder() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(SQL.insert, [.int64(1), .null])
        let answers = try await tx.query([
          Lookup(Self.one), Lookup(SQL.insert, [.int64(2), .null]),
          Lookup(SQL.count), Lookup(Self.echo, [.text("last")]),
        ])
        #expect(answers.map(\.count) == [2, 0, 1, 1])
        #expect(answers.map(\.affected) == [2, 1, 1, 1])
        #expect(try answers[2][0].int64(0) == 2)
        #expect(try answers[3][0].text(0) == "last")
      }
    }
  }

  @Test("one that is refused fails them all, and the transaction")
  func refused() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      let error = await #expect(throws: DatabaseError.self) {
        try await database.transaction { (tx: borrowing Transaction) in
          _ = try await tx.query([
            Lookup(SQL.insert, [.int64(1), .null]),
            Lookup(SQL.insert, [.int64(2), .text("bad")]), Lookup(SQL.count),
          ])
        }
      }
      #expect(error?.state == .checkViolation)
      #expect(try await SQL.countItems(in: database) == 0)
    }
  }

  @Test("a foreseen statement travels with the one before it")
  func foreseen() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        tx.foresee([Lookup(SQL.count)])
        _ = try await tx.query(Self.one)
        try await Self.add(1, in: database)
        // Asked before the other transaction committed: so it was not asked now.
        #expect(try await tx.one(SQL.count).int64(0) == 0)
        // The answer is good once.
        #expect(try await tx.one(SQL.count).int64(0) == 1)
      }
    }
  }

  @Test("its answer is dropped when another statement comes in between")
  func dropped() async throws {
    try await TestDatabase.with(.empty) { database, _ in
      try await SQL.makeTables(in: database)
      try await database.transaction { (tx: borrowing Transaction) in
        tx.foresee([Lookup(Self.echo, [.text("foreseen")])])
        _ = try await tx.query(Self.one)
        #expect(try await tx.one(Self.echo, [.text("asked")]).text(0) == "asked")
        tx.foresee([Lookup(SQL.count)])
        _ = try await tx.query(Self.one)
        tx.write(SQL.insert, [.int64(1), .null])
        #expect(try await tx.one(SQL.count).int64(0) == 1)
      }
    }
  }
}
