internal import CountersignTesting
internal import Postgres
import Testing

@Suite("values on their way to the server and back")
struct TypesTests {
  private static let echo = Statement(
    """
    SELECT $1::text, $2::bigint, $3::integer, $4::boolean, $5::bytea, $6::timestamptz,
           $7::date, $8::text[], $9::bigint[], $10::text
    """)
  private static let echoText = Statement("SELECT $1::text")
  private static let odd = Statement(
    """
    SELECT 'red'::colour, '{"a": 1}'::jsonb, 7::smallint, 'x'::varchar, 'infinity'::timestamptz,
           '-infinity'::date, ARRAY[[1,2],[3,4]]::bigint[], ARRAY['a',NULL]::text[],
           1.5::numeric, '{}'::text[], ARRAY[1,2]::integer[], '{"b":2}'::json
    """)

  @Test("every type comes back as it was sent")
  func roundTrip() async throws {
    let text = "Grüße, 世界 🦊 \\ ' \" \u{1}"
    let bytes = (0...255).map { UInt8($0) }
    let row = try await TestDatabase.with(.empty) { database, _ in
      try await database.read { (tx: borrowing Transaction) in
        try await tx.one(
          Self.echo,
          [
            .text(text), .int64(.min), .int32(.max), .bool(true), .bytes(bytes),
            .timestamp(microsecondsSince1970: -1), .date(daysSince1970: -719_162),
            .textArray(["", "a,b", "\"{}\""]), .int64Array([.min, 0, .max]), .null,
          ])
      }
    }
    #expect(try row.text(0) == text)
    #expect(try row.int64(1) == .min)
    #expect(try row.int32(2) == .max)
    #expect(try row.bool(3))
    #expect(try row.bytes(4) == bytes)
    #expect(try row.timestamp(5) == -1)
    #expect(try row.date(6) == -719_162)
    #expect(try row.textArray(7) == ["", "a,b", "\"{}\""])
    #expect(try row.int64Array(8) == [.min, 0, .max])
    #expect(try row.textOrNil(9) == nil)
    #expect(throws: DatabaseError.decoding(column: 9, reason: "is NULL")) { try row.text(9) }
    #expect(throws: DatabaseError.decoding(column: 10, reason: "the row has 10 columns")) {
      try row.text(10)
    }
  }

  @Test("instants arrive as an array, some of them NULL; what is queued once is sent once")
  func instants() async throws {
    let once = Statement("INSERT INTO seen VALUES ($1)")
    let row = try await TestDatabase.with(.empty) { database, _ in
      try await database.transaction { (tx: borrowing Transaction) in
        tx.write(Statement("CREATE TABLE seen (n bigint)"))
        for n in 1...3 { tx.writeOnce(once, [.int64(Int64(n))]) }
        return try await tx.one(
          Statement(
            """
            SELECT ($1::timestamptz[])[1], ($1::timestamptz[])[2], ($1::timestamptz[])[3],
              cardinality($2::timestamptz[]), (SELECT sum(n)::bigint FROM seen)
            """),
          [.timestampArray([-1, nil, 1_700_000_000_000_001]), .timestampArray([])])
      }
    }
    #expect(try row.timestamp(0) == -1)
    #expect(try row.timestampOrNil(1) == nil)
    #expect(try row.timestamp(2) == 1_700_000_000_000_001)
    #expect(try row.int64(3) == 0)
    #expect(try row.int64(4) == 1)
  }

  @Test("empty values are not NULL")
  func emptyValues() async throws {
    let row = try await TestDatabase.with(.empty) { database, _ in
      try await database.read { (tx: borrowing Transaction) in
        try await tx.one(
          Self.echo,
          [
            .text(""), .null, .null, .null, .bytes([]), .null, .null, .textArray([]),
            .int64Array([]), .text(""),
          ])
      }
    }
    #expect(try row.text(0) == "")
    #expect(try row.int64OrNil(1) == nil)
    #expect(try row.bytes(4) == [])
    #expect(try row.textArray(7) == [])
    #expect(try row.int64Array(8) == [])
    #expect(try !row.isNull(9))
  }

  @Test("enums, json and narrow integers are read; what does not fit is refused")
  func otherTypes() async throws {
    let row = try await TestDatabase.with(.empty) { database, _ in
      try await database.transaction { (tx: borrowing Transaction) in
        try await tx.execute(Statement("CREATE TYPE colour AS ENUM ('red', 'blue')"))
        return try await tx.one(Self.odd)
      }
    }
    #expect(try row.text(0) == "red")
    #expect(try row.text(1) == #"{"a": 1}"#)
    #expect(try row.int64(2) == 7)
    #expect(try row.int32(2) == 7)
    #expect(try row.text(3) == "x")
    #expect(throws: DatabaseError.self) { try row.timestamp(4) }
    #expect(throws: DatabaseError.self) { try row.date(5) }
    #expect(throws: DatabaseError.self) { try row.int64Array(6) }
    #expect(throws: DatabaseError.self) { try row.textArray(7) }
    #expect(throws: DatabaseError.self) { try row.int64(8) }
    #expect(throws: DatabaseError.self) { try row.int64(3) }
    #expect(throws: DatabaseError.self) { try row.textArray(3) }
    #expect(throws: DatabaseError.self) { try row.bool(2) }
    #expect(try row.textArray(9) == [])
    #expect(try row.int64Array(10) == [1, 2])
    #expect(try row.text(11) == #"{"b":2}"#)
  }

  @Test("text with a NUL is refused before it is sent, and the connection stays good")
  func nulInText() async throws {
    try await TestDatabase.with(.empty, configure: { $0.connectionsPerLoopMax = 1 }) {
      database, _ in
      await #expect(throws: DatabaseError.invalidParameter("text contains a NUL character")) {
        try await database.read { (tx: borrowing Transaction) in
          _ = try await tx.one(Self.echoText, [.text("a\0b")])
        }
      }
      let row = try await database.read { (tx: borrowing Transaction) in
        try await tx.one(Self.echoText, [.text("a")])
      }
      #expect(try row.text(0) == "a")
    }
  }

  @Test("a megabyte goes out and comes back")
  func largeValue() async throws {
    let text = String(repeating: "0123456789abcdef", count: 65_536 * 2)
    try await TestDatabase.with(.empty) { database, _ in
      let row = try await database.read { (tx: borrowing Transaction) in
        try await tx.one(Self.echoText, [.text(text)])
      }
      #expect(try row.text(0) == text)
    }
  }
}
