import Domain
import Ledger
import Testing

@Suite("event records (evidence, Formats)")
struct EventRecordTests {
  private static let at = Timestamp(microseconds: 1_790_000_000_000_001)
  private static let person = PersonID.make(at: at)
  private static let lock = LockID.make(at: at)
  private static let log = "countersign.example/log"

  private static func actor(request: RequestTrace?) -> Actor {
    Actor(
      subject: .person(person), method: .personalToken, credential: "tok_1", request: request)
  }

  private static func entry(request: RequestTrace?) -> LogEntry {
    LogEntry(
      .lockPlaced, stream: StreamID(lock),
      object: EventObject("lock", lock.text, revision: 3, digest: .zero),
      by: actor(request: request), at: at, role: .operator, detail: ["scope": "site"])
  }

  private static let trace = RequestTrace(
    id: "req-1", method: "POST", path: "/v1/locks", idempotencyKey: "k1", bodyDigest: .zero)

  private func members(_ record: EventRecord) throws -> JSONObject {
    guard case .object(let members) = try JSONParser.parse(record.bytes) else {
      throw NoObject()
    }
    return members
  }

  private struct NoObject: Error {}

  @Test("the members of an event are those of the format, no more and no fewer")
  func format() throws {
    let head = StreamHead(seq: 6, leafHash: Digest.leaf([1]))
    let record = try EventRecord(Self.entry(request: Self.trace), log: Self.log, after: head)
    var members = try members(record)
    guard case .string(let nonce)? = members["nonce"] else {
      Issue.record("no nonce")
      return
    }
    #expect([UInt8](hex: nonce)?.count == 16)
    members["nonce"] = nil
    let zeros = String(repeating: "0", count: 64)
    let expected: JSON = [
      "schema": "countersign.event/v1", "log": .string(Self.log),
      "event_id": .string(record.id.text), "type": "lock.placed", "recorded_at": JSON(Self.at),
      "actor": [
        "id": .string(Self.person.text), "role": "operator",
        "auth": [
          "method": "personal_token", "level": "token",
          "session_sha256": .string(Digest.sha256(of: Array("tok_1".utf8)).hex),
        ],
      ],
      "object": [
        "type": "lock", "id": .string(Self.lock.text), "revision": 3, "sha256": .string(zeros),
      ],
      "stream": [
        "id": .string(Self.lock.text), "seq": 7, "prev": .string(Digest.leaf([1]).hex),
      ],
      "request": [
        "method": "POST", "path": "/v1/locks", "idempotency_key": "k1",
        "body_sha256": .string(zeros),
      ],
      "detail": ["scope": "site"],
    ]
    #expect(try JSON.object(members).canonicalBytes() == expected.canonicalBytes())
  }

  @Test("what there is none of is absent, and a stream begins behind 64 zeros")
  func least() throws {
    let service = Actor(subject: .service, method: .service, credential: nil, request: nil)
    let entry = LogEntry(
      .lockPlaced, stream: .service, object: EventObject("lock", Self.lock.text), by: service,
      at: Self.at)
    let record = try EventRecord(
      entry, log: Self.log, after: StreamHead(seq: 0, leafHash: .zero))
    let members = try members(record)
    #expect(members["request"] == nil)
    #expect(
      members["actor"] == ["auth": ["level": "service", "method": "service"], "id": "service"])
    #expect(members["object"] == ["id": .string(Self.lock.text), "type": "lock"])
    #expect(
      members["stream"]
        == ["id": "service", "prev": .string(String(repeating: "0", count: 64)), "seq": 1])
    #expect(members["detail"] == [:])
  }

  @Test("the bytes are canonical, keep to the profile, and their leaf hash is the record's")
  func bytes() throws {
    let head = StreamHead(seq: 0, leafHash: .zero)
    let record = try EventRecord(Self.entry(request: Self.trace), log: Self.log, after: head)
    let json = try JSONParser.parse(record.bytes)
    #expect(try json.canonicalBytes() == record.bytes)
    #expect(EvidenceProfile.event.violations(in: json).isEmpty)
    #expect(record.leafHash == Digest.leaf(record.bytes))
    #expect(record.seq == 1 && record.prev == .zero)
    #expect(record.bytes.count <= EventRecord.bytesMax)
  }

  @Test("the same entry twice gives two nonces, two ids and two leaves")
  func nonces() throws {
    let head = StreamHead(seq: 0, leafHash: .zero)
    let records = try (0..<16).map { _ in
      try EventRecord(Self.entry(request: nil), log: Self.log, after: head)
    }
    let nonces = try records.map { try members($0)["nonce"] }
    #expect(Set(nonces).count == 16)
    #expect(Set(records.map(\.id)).count == 16)
    #expect(Set(records.map(\.leafHash)).count == 16)
  }
}
