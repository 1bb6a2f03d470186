package import Domain

/// One event of the log: its exact bytes and where it stands in its stream (evidence.md).
package struct EventRecord: Sendable {
  package let id: EventID
  package let entry: LogEntry
  package let seq: Int64
  package let prev: Digest
  /// RFC 8785 bytes of `countersign.event/v1`; what is hashed, stored and shown.
  package let bytes: [UInt8]
  package let leafHash: Digest

  /// The largest leaf (evidence.md, Formats).
  package static let bytesMax = 65_535

  /// Writes the event that follows `head` in its stream.
  ///
  /// The nonce (16 random bytes) keeps a leaf hash from confirming a guess of its content.
  /// Throws when the detail leaves the evidence profile: a mistake of the rule that made it.
  package init(_ entry: LogEntry, log: String, after head: StreamHead) throws {
    id = EventID.make(at: entry.at)
    self.entry = entry
    seq = head.seq + 1
    prev = head.leafHash
    var event: JSONObject = [
      "schema": "countersign.event/v1", "log": .string(log), "event_id": JSON(id),
      "nonce": .string(EventRecord.nonce().hex), "type": .string(entry.type.rawValue),
      "recorded_at": JSON(entry.at), "actor": EventRecord.actor(of: entry),
      "object": EventRecord.object(entry.object),
      "stream": [
        "id": .string(entry.stream.text), "seq": JSON(seq), "prev": .string(prev.hex),
      ],
      "detail": .object(entry.detail),
    ]
    event["request"] = entry.actor.request.map(EventRecord.request)
    bytes = try JSON.object(event).canonicalBytes()
    leafHash = Digest.leaf(bytes)
    precondition(bytes.count <= EventRecord.bytesMax, "an event's detail is too large for a leaf")
  }

  private static func nonce() -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  private static func actor(of entry: LogEntry) -> JSON {
    var auth: JSONObject = [
      "method": .string(entry.actor.method.rawValue), "level": .string(entry.actor.level),
    ]
    if let credential = entry.actor.credential {
      auth["session_sha256"] = .string(Digest.sha256(of: Array(credential.utf8)).hex)
    }
    var actor: JSONObject = ["id": .string(entry.actor.id), "auth": .object(auth)]
    actor["role"] = entry.role.map { .string($0.rawValue) }
    return .object(actor)
  }

  private static func object(_ object: EventObject) -> JSON {
    var members: JSONObject = ["type": .string(object.type), "id": .string(object.id)]
    members["revision"] = object.revision.map { JSON($0) }
    members["sha256"] = object.digest.map { .string($0.hex) }
    return .object(members)
  }

  private static func request(_ trace: RequestTrace) -> JSON {
    var members: JSONObject = [
      "method": .string(trace.method), "path": .string(trace.path),
    ]
    members["idempotency_key"] = trace.idempotencyKey.map { .string($0) }
    members["body_sha256"] = trace.bodyDigest.map { .string($0.hex) }
    return .object(members)
  }
}

/// The last event of a stream; `seq` 0 and 32 zero bytes before the first.
package struct StreamHead: Sendable {
  package let seq: Int64
  package let leafHash: Digest

  package init(seq: Int64, leafHash: Digest) {
    self.seq = seq
    self.leafHash = leafHash
  }
}
