import Domain
import Synchronization
import Testing

/// Every definite answer that a client got: what the database has to bear out.
final class Testimony: Sendable {
  struct Answer: Sendable {
    let request: Request
    let reply: Reply
  }

  private let answers = Mutex<[Answer]>([])

  func note(_ answer: Answer) {
    // Looking changes nothing.
    guard answer.request.method == "POST" else { return }
    answers.withLock { $0.append(answer) }
  }

  /// What was told is there as it was told, and nothing else is there.
  func check(against database: SecondConnection, _ words: String) async throws {
    let told = try Told(answers.withLock { $0 })
    let expired = try await told.expiredLeases(in: database)
    for (kind, (facts, sql)) in told.questions {
      let rows = try await offPool { try database.rows(sql) }
      let found = rows.map { $0.joined(separator: " ") }
      let missing = facts.subtracting(found)
      let unknown = Set(found).subtracting(facts).filter { fact in
        !expired.contains(String(fact.prefix { $0 != " " }))
      }
      #expect(missing.isEmpty, "\(kind) lost; \(words)")
      #expect(unknown.isEmpty, "\(kind) of which nobody was told; \(words)")
      #expect(found.count == Set(found).count, "\(kind) doubled; \(words)")
    }
    print(
      "told and found: "
        + told.questions.map { "\($0.key) \($0.value.facts.count)" }.sorted()
        .joined(separator: ", "))
  }
}

/// The facts in the answers, each as the database prints it.
private struct Told {
  private(set) var revisions: Set<String> = []
  private(set) var rounds: Set<String> = []
  private(set) var decisions: Set<String> = []
  private(set) var retractions: Set<String> = []
  private(set) var counters: Set<String> = []
  private(set) var endings: Set<String> = []
  private(set) var locks: Set<String> = []
  private(set) var releases: Set<String> = []
  private(set) var terms: Set<String> = []
  private(set) var returns: Set<String> = []
  private(set) var keys: Set<String> = []
  /// Leases and keys of which was only told that the lease had run out meanwhile.
  private var expiredLeases: Set<String> = []
  private var expiredKeys: Set<String> = []

  init(_ answers: [Testimony.Answer]) throws {
    for answer in answers { try add(answer) }
  }

  private mutating func add(_ answer: Testimony.Answer) throws {
    let (path, reply) = (answer.request.path, answer.reply)
    let object = String(path.split(separator: "/").dropLast().last ?? "")
    if let key = answer.request.key, reply.isKept {
      // Of a lease that ran out before the repeat, the stored answer says that it was granted.
      keys.insert("\(key) \(reply.isExpiredLease ? 201 : reply.status)")
      if reply.isExpiredLease { expiredKeys.insert(key) }
    } else if reply.isExpiredLease {
      expiredLeases.insert(object)
    }
    guard reply.status < 300 else { return }
    let json = try reply.json
    func text(_ name: String) throws -> String { try json[name].requiredText }
    switch path.split(separator: "/").last {
    case "proposals": revisions.insert("\(try text("id")) 1 \(try text("digest"))")
    case "revisions":
      let n = try json["n"].requiredInteger
      revisions.insert("\(object) \(n) \(try text("digest"))")
    case "submissions": rounds.insert("\(try text("id")) \(try text("digest"))")
    case "decisions":
      let facts = try ["id", "round", "person", "role", "verdict", "decided_at"].map(text)
      decisions.insert(facts.joined(separator: " "))
    case "retractions": retractions.insert(object)
    case "counter_acceptances": counters.insert("\(try text("id")) accepted")
    case "counter_declines": counters.insert("\(try text("id")) declined")
    case "withdrawals": endings.insert("\(try text("id")) withdrawn")
    case "revocations": endings.insert("\(object) revoked")
    case "locks": locks.insert(try text("id"))
    case "releases": releases.insert("\(object) \(json["releases"].elements.count)")
    case "leases", "renewals": terms.insert(try term(json["lease"]))
    case "returns": returns.insert("\(object) \(try text("frees_at"))")
    default: throw JSON.Unexpected(description: "nobody knows what \(path) tells")
    }
  }

  private func term(_ lease: JSON) throws -> String {
    let numbers = [
      lease["term"].integer, lease["rps"].microRPS, lease["burst"].integer,
      lease["max_concurrency"].integer, lease["quota"].integer,
    ]
    let words = try numbers.map { "\(try #require($0))" }
    let times = [try lease["issued_at"].requiredText, try lease["expires_at"].requiredText]
    return ([try lease["id"].requiredText] + words + times).joined(separator: " ")
  }

  /// Leases that ran out before their holder was told of the last that happened to them.
  func expiredLeases(in database: SecondConnection) async throws -> Set<String> {
    let rows = try await offPool {
      try database.rows(
        """
        SELECT key, convert_from(answer, 'UTF8')::json -> 'lease' ->> 'id'
        FROM idempotency_keys WHERE status = 201
        """)
    }
    return expiredLeases.union(rows.filter { expiredKeys.contains($0[0]) }.map { $0[1] })
  }

  /// By kind: what was told, and the query whose rows are the same.
  var questions: [String: (facts: Set<String>, sql: String)] {
    func time(_ column: String) -> String {
      // Whole seconds are told without decimals.
      let text = "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
      return "replace(\(text), '.000000', '') || 'Z'"
    }
    let digest = "'sha256:' || encode(digest, 'hex')"
    return [
      "revisions": (revisions, "SELECT proposal, n, \(digest) FROM revisions"),
      "rounds": (rounds, "SELECT id, \(digest) FROM rounds"),
      "decisions": (
        decisions,
        "SELECT id, round, person, role, verdict, \(time("decided_at")) FROM decisions"
      ),
      "retractions": (
        retractions, "SELECT decision FROM decision_voids WHERE reason = 'retracted'"
      ),
      "counters": (
        counters,
        """
        SELECT round, 'accepted' FROM counter_acceptances
        UNION ALL SELECT round, 'declined' FROM counter_declines
        """
      ),
      "endings": (
        endings,
        "SELECT object, to_state FROM transitions WHERE to_state IN ('withdrawn', 'revoked')"
      ),
      "locks": (locks, "SELECT id FROM locks"),
      "releases": (releases, "SELECT lock, n FROM lock_releases"),
      "terms": (
        terms,
        """
        SELECT lease, term, urps, burst, concurrency, quota, \(time("issued_at")),
          \(time("expires_at")) FROM lease_terms
        """
      ),
      "returns": (
        returns, "SELECT id, \(time("frees_at")) FROM leases WHERE ended_as = 'returned'"
      ),
      "answers": (keys, "SELECT key, status FROM idempotency_keys"),
    ]
  }
}
