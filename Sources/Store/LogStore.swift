package import Domain
import Ledger
package import Postgres

/// The last event of a stream, whose row is locked.
package struct LogHead: Sendable {
  fileprivate let log: String
  fileprivate let last: StreamHead
}

/// Appends events to their streams, with their deliveries to webhooks; the sequencer numbers what
/// stands in `pending`.
package enum LogStore {
  /// Locks the stream's head until the transaction ends and queues the event behind it.
  ///
  /// - Returns: the event's id, for the rows that refer to it.
  package static func append(
    _ entry: LogEntry, in tx: borrowing Transaction
  ) async throws -> EventID {
    try append(entry, behind: try await lock(entry.stream, in: tx), in: tx)
  }

  /// Queues the event behind the head of its stream.
  @discardableResult
  static func append(
    _ entry: LogEntry, behind head: LogHead, in tx: borrowing Transaction
  ) throws -> EventID {
    try queue(entry, behind: head, in: tx).event
  }

  /// The event, and the head that it is.
  private static func queue(
    _ entry: LogEntry, behind head: LogHead, in tx: borrowing Transaction
  ) throws -> (event: EventID, head: LogHead) {
    let event = try EventRecord(entry, log: head.log, after: head.last)
    tx.write(
      insertEvent,
      [
        .text(event.id.text), .text(entry.stream.text), .int64(event.seq),
        .bytes(event.prev.bytes), .text(entry.type.rawValue), .text(entry.object.type),
        .text(entry.object.id), .text(entry.actor.id), .bytes(event.bytes),
        .bytes(event.leafHash.bytes), .timestamp(microsecondsSince1970: entry.at.microseconds),
      ])
    tx.write(insertPending, [.text(event.id.text)])
    tx.write(
      moveHead, [.text(entry.stream.text), .int64(event.seq), .bytes(event.leafHash.bytes)])
    DeliveryStore.enqueue(event.id, entry.type, at: entry.at, in: tx)
    return (
      event.id,
      LogHead(log: head.log, last: StreamHead(seq: event.seq, leafHash: event.leafHash))
    )
  }

  /// Queues several events of one stream behind its head, in their order.
  static func append(
    _ entries: [LogEntry], behind head: LogHead, in tx: borrowing Transaction
  ) throws {
    var head = head
    for entry in entries { head = try queue(entry, behind: head, in: tx).head }
  }

  /// Queues the words in which somebody said why, beside the event.
  static func insertReason(_ reason: String, of event: EventID, in tx: borrowing Transaction) {
    tx.write(insertOneReason, [.id(event), .text(reason)])
  }

  /// The reasons beside these events, by event.
  package static func reasons(
    ofStream stream: StreamID, in tx: borrowing Transaction
  ) async throws -> [String: String] {
    let rows = try await tx.query(selectReasons, [.text(stream.text)])
    return Dictionary(
      try rows.map { (try $0.text(0), try $0.text(1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Locks the stream's head until the transaction ends: what is read after this stands after
  /// everything that the stream tells.
  package static func lock(
    _ stream: StreamID, in tx: borrowing Transaction
  ) async throws -> LogHead {
    let locking = lockingHead(stream)
    return try head(try await tx.one(locking.statement, locking.parameters))
  }

  /// What `lock` asks, for whoever asks several things together.
  static func lockingHead(_ stream: StreamID) -> Lookup {
    Lookup(lockHead, [.text(stream.text), .bytes(Digest.zero.bytes)])
  }

  static func head(_ row: Row) throws -> LogHead {
    LogHead(
      log: try row.text(2),
      last: StreamHead(seq: try row.int64(0), leafHash: Digest(bytes: try row.bytes(1))))
  }

  /// The events of a stream in order: the exact bytes of each.
  package static func events(
    ofStream stream: StreamID, after seq: Int64, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [(seq: Int64, bytes: [UInt8])] {
    let rows = try await tx.query(
      selectStream, [.text(stream.text), .int64(seq), .int64(limit)])
    return try rows.map { row in (try row.int64(0), try row.bytes(1)) }
  }

  static let lockHead = Statement(
    """
    INSERT INTO streams (id, seq, head) VALUES ($1, 0, $2)
    ON CONFLICT (id) DO UPDATE SET seq = streams.seq
    RETURNING seq, head, (SELECT log_name FROM service)
    """)

  static let insertEvent = Statement(
    """
    INSERT INTO events (id, stream, seq, prev, type, object_type, object_id, actor, bytes,
      leaf_hash, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    """)

  static let insertPending = Statement("INSERT INTO pending (event) VALUES ($1)")

  static let moveHead = Statement("UPDATE streams SET seq = $2, head = $3 WHERE id = $1")

  static let insertOneReason = Statement(
    "INSERT INTO event_reasons (event, reason) VALUES ($1, $2)")

  static let selectReasons = Statement(
    """
    SELECT r.event, r.reason FROM event_reasons r JOIN events e ON e.id = r.event
    WHERE e.stream = $1
    """)

  static let selectStream = Statement(
    """
    SELECT seq, bytes FROM events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3
    """)
}
