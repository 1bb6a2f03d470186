import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Testing
import Workflow

@Suite("what the rows of scopes are made of")
struct RebuildTests {
  /// What a scope counts in a day.
  private struct Count: Hashable { var used: Int64 = 0, reserved: Int64 = 0 }

  private struct ScopeDay: Hashable {
    let scope: String
    let day: LocalDate
  }

  @Test(
    "P20 events and live terms rebuild every scope's row, after any history on two replicas",
    arguments: 0..<3)
  func rebuilt(_ number: UInt64) async throws {
    let seed = SettlementSeed.value &+ number
    var generator = SplitMix64(state: seed)
    // Room for everybody, so that no renewal is refused: what comes with one that is refused stands
    // in no term.
    try await LeaseCrowd.with({
      $0.burst = 8
      $0.concurrency = 8
      $0.workers = 8
    }) { crowd in
      let names = ["a", "b", "c", "d"]
      for step in 0..<60 {
        crowd.move(seconds: Int64.random(in: 0...15, using: &generator))
        guard let name = names.randomElement(using: &generator) else { return }
        let replica = Int.random(in: 0...1, using: &generator)
        try await act(crowd, name, on: replica, &generator)
        if step % 10 == 9 {
          if Bool.random(using: &generator) {
            _ = try await crowd.runner(on: replica, [SettleLeasesChore()]).sweep()
          }
          try await compare(crowd, "seed \(seed), step \(step)")
        }
      }
      crowd.move(seconds: 400)
      try await crowd.sweep()
      try await compare(crowd, "seed \(seed), at the end")
      #expect(try await crowd.today()[1] == 0, "seed \(seed)")
    }
  }

  private func act(
    _ crowd: LeaseCrowd, _ name: String, on replica: Int, _ generator: inout SplitMix64
  ) async throws {
    if let lease = crowd.spiders[name]?.lease, crowd.now >= lease.term.expiresAt {
      crowd.spiders[name] = nil
    }
    do {
      guard crowd.spiders[name] != nil else {
        return try await crowd.join(name, wish: 100_000, on: replica)
      }
      crowd.send(name, count: Int64.random(in: 0...8, using: &generator))
      switch Int.random(in: 0...9, using: &generator) {
      case 0: try await crowd.giveBack(name, on: replica)
      case 1: try await crowd.giveBack(name, as: crowd.grant.gatewayCalls(), on: replica)
      // It crashes: nobody goes on with the lease.
      case 2: crowd.spiders[name] = nil
      // It forgets what it sent.
      case 3: crowd.spiders[name]?.from = crowd.now
      default: try await crowd.renew(name, on: replica)
      }
    } catch is Refusals {
      // A crashed worker's lease still runs, or takes up its place.
      return
    }
  }

  private func compare(_ crowd: LeaseCrowd, _ comment: String) async throws {
    var wanted: [ScopeDay: Count] = [:]
    let accounts = try await replayed(crowd)
    for row in try await crowd.rows(Self.selectCharges) {
      let lease = try row.text(0)
      guard let account = accounts[lease] else { continue }
      let key = ScopeDay(scope: try row.text(1), day: try row.localDate(2))
      wanted[key, default: Count()].used += account.used - (try row.int64(3))
      wanted[key, default: Count()].reserved += account.reserved
    }
    var found: [ScopeDay: Count] = [:]
    for row in try await crowd.rows(Self.selectDays) {
      let key = ScopeDay(scope: try row.text(0), day: try row.localDate(1))
      found[key] = Count(used: try row.int64(2), reserved: try row.int64(3))
    }
    #expect(found == wanted, "\(comment)")
    let occupied = try await crowd.rows(Self.selectOccupied, [.instant(crowd.now)])
    for row in occupied {
      let (byLeases, byTerms, scope) = (try row.int64(1), try row.int64(2), try row.text(0))
      #expect(byLeases == byTerms, "\(comment): \(scope)")
    }
  }

  /// Every chain's account: of those that have ended for good as the log says, of all others from
  /// their terms.
  private func replayed(_ crowd: LeaseCrowd) async throws -> [String: LeaseAccount] {
    var ends: [String: Int64] = [:]
    for row in try await crowd.rows(Self.selectEnds) {
      let event = try JSONParser.parse(try row.bytes(1))
      guard case .number(let used) = event.at("detail", "used") else { continue }
      ends[try row.text(0)] = used.int64
    }
    var chains: [String: Chain] = [:]
    for row in try await crowd.rows(Self.selectTerms) {
      let id = try row.text(0)
      var chain = try chains[id] ?? Chain(startedAt: row.instant(1))
      if let text = try row.textOrNil(8) {
        try chain.hear(text, at: try row.instant(6))
      }
      chain.issue(
        LeaseTerm(
          number: try row.int64(2),
          portion: Portion(rate: Rate(microRPS: try row.int64(3)), burst: 1, concurrency: 1),
          quota: try row.int64(4), day: try row.localDate(5), issuedAt: try row.instant(6),
          expiresAt: try row.instant(7)))
      chains[id] = chain
    }
    var accounts: [String: LeaseAccount] = [:]
    for row in try await crowd.rows(Self.selectLeases) {
      let id = try row.text(0)
      guard var chain = chains[id] else { continue }
      if let text = try row.textOrNil(1) {
        try chain.end(text, at: try row.instant(2), freesAt: try row.instant(3))
      }
      if try row.bool(4) {
        let used = try #require(ends[id], "lease \(id) has no end in the log")
        #expect(chain.account.final.used == used)
        accounts[id] = LeaseAccount(
          used: used, bound: used, coveredUntil: crowd.now, open: [])
      } else {
        accounts[id] = chain.account
      }
    }
    return accounts
  }

  private static let selectEnds = Statement(
    "SELECT object_id, bytes FROM events WHERE type = 'lease.ended'")

  private static let selectTerms = Statement(
    """
    SELECT l.id, l.started_at, t.term, t.urps, t.quota, t.day, t.issued_at, t.expires_at, t.report
    FROM lease_terms t JOIN leases l ON l.id = t.lease ORDER BY t.lease, t.term
    """)

  private static let selectLeases = Statement(
    "SELECT id, return_report, ended_at, frees_at, settled_at IS NOT NULL FROM leases")

  private static let selectCharges = Statement(
    "SELECT lease, scope, day, base FROM lease_charges WHERE day IS NOT NULL")

  private static let selectDays = Statement("SELECT scope, day, used, reserved FROM scope_days")

  /// What is taken up of each scope, by the rows of leases and by their terms.
  private static let selectOccupied = Statement(
    """
    SELECT c.scope, sum(greatest(CASE WHEN l.ended_at IS NOT NULL AND l.ended_as = 'returned'
        OR l.expires_at + interval '3 s' >= $1 THEN l.urps ELSE 0 END,
      CASE WHEN l.previous_expires_at + interval '3 s' >= $1 THEN l.previous_urps ELSE 0 END)
      )::bigint,
      sum((SELECT coalesce(max(t.urps), 0) FROM lease_terms t WHERE t.lease = l.id
        AND (l.ended_as = 'returned' OR t.expires_at + interval '3 s' >= $1)))::bigint
    FROM lease_charges c JOIN leases l ON l.id = c.lease AND l.frees_at > $1
    GROUP BY c.scope
    """)
}

/// A chain as its terms tell it.
private struct Chain {
  private(set) var account: LeaseAccount
  private let startedAt: Timestamp
  private var last: LastReport?
  private var number: Int64 = 0

  init(startedAt: Timestamp) {
    self.startedAt = startedAt
    account = LeaseAccount(startedAt: startedAt)
  }

  mutating func hear(_ text: String, at now: Timestamp) throws {
    let report = try JSONReader.read(
      try JSONParser.parse(Array(text.utf8)), as: .usageReport)
    account = account.reported(report, after: last, since: startedAt, at: now)
    last = LastReport(term: number, to: report.to, at: now)
  }

  mutating func issue(_ term: LeaseTerm) {
    account = account.reserving(term)
    number = term.number
  }

  mutating func end(_ text: String, at now: Timestamp, freesAt: Timestamp) throws {
    try hear(text, at: now)
    account = account.returned(at: now, freesAt: freesAt)
    if freesAt <= now { account = account.final }
  }
}
