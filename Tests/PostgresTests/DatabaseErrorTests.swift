@testable import Postgres
import Testing

@Suite("errors")
struct DatabaseErrorTests {
  @Test(
    "only what passes by itself is unavailability",
    arguments: [
      ("55P03", true), ("57014", true), ("57P01", true), ("57P03", true), ("53300", true),
      ("08006", true), ("40001", true), ("40P01", true), ("23505", false), ("42P01", false),
      ("22P02", false), ("P0001", false), ("25P02", false), ("XX000", false),
    ])
  func unavailability(code: String, isUnavailable: Bool) {
    let error = DatabaseError.server(SQLState(code), message: "m", constraint: nil)
    #expect(error.isUnavailable == isUnavailable)
  }

  @Test("a message is shown only where it quotes nothing but the statement")
  func descriptions() {
    let value = DatabaseError.server(
      "22P02", message: "invalid input syntax: \"SECRET\"", constraint: nil)
    #expect(value.description == "database: 22P02")
    let unique = DatabaseError.server(
      .uniqueViolation, message: "duplicate SECRET", constraint: "person_email")
    #expect(unique.description == "database: 23505 unique_violation (person_email)")
    let raised = DatabaseError.server(.raiseException, message: "SECRET", constraint: nil)
    #expect(raised.description == "database: P0001 raise_exception")
    let syntax = DatabaseError.server("42601", message: "syntax error at end", constraint: nil)
    #expect(syntax.description == "database: 42601: syntax error at end")
  }

  @Test("a configuration prints without its URL")
  func configuration() {
    let configuration = DatabaseConfiguration(url: "postgresql://ann:hunter2@host/app")
    #expect(!"\(configuration)".contains("hunter2"))
  }
}

@Suite("prepared statements of a session")
struct PreparedStatementsTests {
  private static let first = Statement("SELECT $1, $2")
  private static let second = Statement("SELECT $1 AS other, $2")

  private func name(_ use: PreparedStatements.Use) -> String {
    switch use {
    case .ready(let name): "ready \(name)"
    case .prepare(let variant): "prepare \(variant.name) \(variant.types)"
    }
  }

  @Test("each combination of types is prepared once; NULL takes a type already known")
  func variants() {
    var prepared = PreparedStatements()
    #expect(name(prepared.use(Self.first, [.null, .int64(1)])) == "prepare s1 [0, 20]")
    #expect(name(prepared.use(Self.first, [.null, .null])) == "ready s1")
    #expect(name(prepared.use(Self.first, [.text(""), .null])) == "prepare s2 [25, 20]")
    #expect(name(prepared.use(Self.first, [.text(""), .int64(1)])) == "ready s2")
    #expect(name(prepared.use(Self.first, [.text(""), .int32(1)])) == "prepare s3 [25, 23]")
    #expect(name(prepared.use(Self.second, [.text(""), .int64(1)])) == "prepare s4 [25, 20]")
    prepared.forget(Self.first, name: "s2")
    #expect(name(prepared.use(Self.first, [.text(""), .int64(1)])) == "prepare s5 [25, 20]")
  }
}
