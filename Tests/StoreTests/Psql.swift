import CountersignTesting
import Domain
import Testing
import Workflow

/// Somebody with psql as the owner of the database: raw SQL past the product.
struct Psql: Sendable {
  /// What the answer is to a statement that nothing refuses.
  static let accepted = "accepted"

  let url: String

  /// Runs statements for good; gives the rows of the last one.
  @discardableResult
  func run(_ sql: String) throws -> [[String?]] {
    try AdministrationConnection(url: url).run(sql)
  }

  /// The one value of a query.
  func value(_ sql: String) throws -> String {
    guard let value = try run(sql).first?.first ?? nil else { throw NoValue(sql: sql) }
    return value
  }

  /// What the schema says: `accepted`, else the constraint that refuses or, where it has no name,
  /// the message. Nothing of it stays.
  func answer(_ sql: String) throws -> String {
    do {
      try run("BEGIN; SET CONSTRAINTS ALL IMMEDIATE; \(sql); ROLLBACK")
      return Psql.accepted
    } catch let failure as AdministrationConnection.Failure {
      return failure.constraint ?? failure.description
    }
  }

  /// Expects an answer of the schema; by default a failure shows the statements.
  func expect(
    _ sql: String, _ expected: String, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let answer = try answer(sql)
    #expect(answer == expected, comment ?? "\(sql)", sourceLocation: sourceLocation)
  }

  /// A query that should have given a value gave none.
  struct NoValue: Error {
    let sql: String
  }

  /// Runs the body with a review scene and psql on its database.
  static func withScene(
    _ body: (ReviewScene, Psql) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database, url in
      let scene = try await ReviewScene(try await TestService.make(on: database))
      try await body(scene, Psql(url: url))
    }
  }

  /// Runs the body with a grant in force, with one lease on it and its grant's rows.
  static func withLease(
    _ body: (TestGrant, LeaseID, Psql) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database, url in
      let service = try await TestService.make(on: database)
      let grant = try await service.makeGrant()
      let input = GrantLease.Input(
        proposal: grant.proposal.text, worker: "spider-1", hosts: [try Host("www.example.com")],
        wish: Rate(microRPS: 250_000), enforcementPoint: nil, buildDigest: nil)
      let form = AnswerForm<LeaseAnswer>(
        accepted: { _ in StoredAnswer(status: 201, bytes: []) },
        refused: { _ in StoredAnswer(status: 400, bytes: []) })
      let outcome = try await service.perform(for: grant.poolCalls(), storing: form) { _ in
        GrantLease(input: .success(input))
      }
      guard case .done(let answer) = outcome else { throw NoValue(sql: "a lease") }
      try await body(grant, answer.lease.id, Psql(url: url))
    }
  }
}

/// New ids for rows that psql writes.
func newID<Kind: IdentifierKind>(_ kind: Kind.Type) -> String {
  Identifier<Kind>.make(at: Timestamp(microseconds: 1_790_000_000_000_000)).text
}
