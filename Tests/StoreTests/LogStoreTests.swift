import CountersignTesting
import Domain
import Ledger
import Postgres
import Store
import Testing
import Workflow

@Suite("the log's streams")
struct LogStoreTests {
  /// One stored event.
  private struct Stored {
    let seq: Int64
    let prev: [UInt8]
    let bytes: [UInt8]
    let leafHash: [UInt8]
  }

  private struct Changed: Error {}

  private static let at = Timestamp(microseconds: 1_790_000_000_000_000)
  private static let stream = StreamID(LockID.make(at: at))

  private static func entry(_ number: Int64) -> LogEntry {
    LogEntry(
      .lockPlaced, stream: stream, object: EventObject("lock", stream.text),
      by: Actor(subject: .service, method: .service, credential: nil, request: nil), at: at,
      detail: ["number": JSON(number)])
  }

  private static func stored(_ psql: Psql, of stream: String) throws -> [Stored] {
    try psql.run(
      """
      SELECT seq, encode(prev, 'hex'), encode(bytes, 'hex'), encode(leaf_hash, 'hex')
      FROM events WHERE stream = '\(stream)' ORDER BY seq
      """
    ).map { row in
      func bytes(_ column: Int) throws -> [UInt8] {
        let hex = try #require(row[column])
        return try #require([UInt8](hex: hex))
      }
      return Stored(
        seq: try #require(row[0].flatMap { Int64($0) }), prev: try bytes(1), bytes: try bytes(2),
        leafHash: try bytes(3))
    }
  }

  /// Every event names its place and the leaf before it, in columns and in bytes alike.
  private static func expectChain(_ events: [Stored], of stream: String) throws {
    #expect(events.map(\.seq) == Array(1...Int64(max(1, events.count))))
    var before = Digest.zero.bytes
    for event in events {
      #expect(event.prev == before)
      before = Digest.leaf(event.bytes).bytes
      #expect(event.leafHash == before)
      let json = try JSONParser.parse(event.bytes)
      #expect(try json.canonicalBytes() == event.bytes)
      #expect(EvidenceProfile.event.violations(in: json).isEmpty)
      guard case .object(let members) = json else {
        Issue.record("not an object")
        continue
      }
      #expect(
        members["stream"]
          == ["id": .string(stream), "prev": .string(event.prev.hex), "seq": JSON(event.seq)])
    }
  }

  @Test("16 appends at once: contiguous numbers, every leaf names the one before it")
  func concurrent() async throws {
    // All queue for one row: on a busy machine longer than a call may wait for a lock.
    let patient = { (configuration: inout DatabaseConfiguration) in
      configuration.lockMilliseconds = 60_000
      configuration.statementMilliseconds = 60_000
    }
    try await TestDatabase.with(.migrated, configure: patient) { database, url in
      _ = try await TestService.make(on: database)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<16 {
          group.addTask {
            try await database.transaction { (tx: borrowing Transaction) in
              _ = try await LogStore.append(Self.entry(Int64(number)), in: tx)
            }
          }
        }
        try await group.waitForAll()
      }
      let psql = Psql(url: url)
      let events = try Self.stored(psql, of: Self.stream.text)
      #expect(events.count == 16)
      try Self.expectChain(events, of: Self.stream.text)
      let head = try psql.run(
        "SELECT seq, encode(head, 'hex') FROM streams WHERE id = '\(Self.stream)'")
      #expect(head == [["16", events.last?.leafHash.hex]])
    }
  }

  @Test("an event and its pending row are there together, or neither")
  func together() async throws {
    try await TestDatabase.with { database, url in
      _ = try await TestService.make(on: database)
      let psql = Psql(url: url)
      let missing = """
        SELECT count(*) FROM events e FULL JOIN pending p ON p.event = e.id
        WHERE e.id IS NULL OR p.event IS NULL
        """
      let id = try await database.transaction { (tx: borrowing Transaction) in
        try await LogStore.append(Self.entry(1), in: tx)
      }
      #expect(try psql.run("SELECT 1 FROM pending WHERE event = '\(id.text)'") == [["1"]])
      await #expect(throws: Changed.self) {
        try await database.transaction { (tx: borrowing Transaction) async throws in
          _ = try await LogStore.append(Self.entry(2), in: tx)
          throw Changed()
        }
      }
      let events = try Self.stored(psql, of: Self.stream.text)
      #expect(events.map(\.seq) == [1])
      #expect(try psql.value(missing) == "0")
      try await database.transaction { (tx: borrowing Transaction) in
        _ = try await LogStore.append(Self.entry(3), in: tx)
      }
      try Self.expectChain(try Self.stored(psql, of: Self.stream.text), of: Self.stream.text)
    }
  }

  @Test("a whole main job leaves unbroken streams without a name, an address or free text")
  func mainJob() async throws {
    try await Psql.withScene { scene, psql in
      let name = "Ottoline Marchbanks"
      try await MainJob.perform(in: scene, with: name)
      let streams = try psql.run("SELECT id FROM streams ORDER BY id").compactMap { $0[0] }
      #expect(streams.count > 8)
      var strings: Set<String> = []
      for stream in streams {
        let events = try Self.stored(psql, of: stream)
        try Self.expectChain(events, of: stream)
        for event in events {
          let text = String(decoding: event.bytes, as: UTF8.self)
          for word in ["Ottoline", "Marchbanks", "ottoline", "because", "@"] {
            #expect(!text.contains(word), "\(word) in \(text)")
          }
          strings.formUnion(Self.strings(in: try JSONParser.parse(event.bytes)))
        }
      }
      let people = try psql.run("SELECT name, email FROM people").flatMap { $0 }.compactMap(\.self)
      #expect(people.count > 16)
      #expect(strings.isDisjoint(with: people))
      let types = Set(try psql.run("SELECT DISTINCT type FROM events").compactMap { $0[0] })
      #expect(
        types.isSuperset(of: [
          "person.created", "proposal.created", "proposal.submitted", "decision.approved",
          "decision.rejected", "proposal.withdrawn", "grant.created", "lease.granted",
          "lock.placed", "grant.revoked",
        ]))
    }
  }

  private static func strings(in json: JSON) -> Set<String> {
    switch json {
    case .string(let text): [text]
    case .array(let elements): Set(elements.flatMap(strings))
    case .object(let object): Set(object.members.flatMap { strings(in: $0.value) })
    case .null, .bool, .number: []
    }
  }
}
