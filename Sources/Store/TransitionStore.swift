package import Domain
package import Postgres

/// The append-only states of rounds and grants; the schema knows which changes are legal.
package enum TransitionStore {
  /// Queues the next transition of an object. An illegal one, or one that starts from a state
  /// that no longer holds, is refused by the schema.
  package static func append<Kind>(
    _ object: Identifier<Kind>, from: String, to: String, event: EventID, at: Timestamp,
    in tx: borrowing Transaction
  ) {
    tx.write(
      insert,
      [
        .text(object.text), .text(Kind.prefix), .text(from), .text(to), .text(event.text),
        .timestamp(microsecondsSince1970: at.microseconds),
      ])
  }

  /// The stored state, or nil before the first transition. States that time brings are not here.
  package static func state<Kind>(
    of object: Identifier<Kind>, in tx: borrowing Transaction
  ) async throws -> (state: String, at: Timestamp)? {
    guard let row = try await tx.oneOrNil(selectLast, [.text(object.text)]) else { return nil }
    return (try row.text(0), Timestamp(microseconds: try row.timestamp(1)))
  }

  static let insert = Statement(
    """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
    SELECT $1::text, $2, coalesce(max(seq), 0) + 1, $3, $4, $5, $6
    FROM transitions WHERE object = $1
    """)

  static let selectLast = Statement(
    "SELECT to_state, at FROM transitions WHERE object = $1 ORDER BY seq DESC LIMIT 1")
}
