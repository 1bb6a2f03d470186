import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Workflow

/// Workers of one grant that send at their rate and report what they sent, on two replicas with one
/// clock that the test moves.
final class LeaseCrowd {
  let replicas: [Service]
  let grant: TestGrant
  let clock: ManualClock
  let start: Timestamp
  /// By name.
  var spiders: [String: Spider] = [:]
  private(set) var now: Timestamp
  private var administrator: TestPerson?

  struct Spider {
    var lease: Lease
    /// Since when nothing was told.
    var from: Timestamp
    /// Sent since, and sent in this term.
    var untold: Int64 = 0
    var inTerm: Int64 = 0
  }

  init(_ replicas: [Service], _ grant: TestGrant, _ clock: ManualClock, from start: Timestamp) {
    self.replicas = replicas
    self.grant = grant
    self.clock = clock
    self.start = start
    now = start
    clock.set(to: start)
  }

  /// From noon of today on, so that no day ends by itself.
  static func with(
    _ change: (inout TestGrant.Terms) -> Void = { _ in },
    _ body: (LeaseCrowd) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database, url in
      let clock = ManualClock()
      let service = try await TestService.make(on: database, clock: clock)
      let other = try await TestService.make(
        on: try Database(
          DatabaseConfiguration(url: url), loops: TestDatabase.loops,
          logger: TestDatabase.quiet), clock: clock)
      let grant = try await service.makeGrant(change)
      let today = try await service.time().now.utcDate
      let noon = Timestamp(microseconds: LocalTime(date: today).microseconds + 43_200_000_000)
      do {
        try await body(LeaseCrowd([service, other], grant, clock, from: noon))
      } catch {
        await other.database.shutdown()
        throw error
      }
      await other.database.shutdown()
    }
  }

  var service: Service { replicas[0] }

  func move(to instant: Timestamp) {
    now = instant
    clock.set(to: now)
  }

  func move(seconds: Int64) { move(to: now.adding(seconds: seconds)) }

  // MARK: What workers do

  func join(_ name: String, wish: Int64 = 250_000, on replica: Int = 0) async throws {
    let input = GrantLease.Input(
      proposal: grant.proposal.text, worker: name, hosts: [try Host("www.example.com")],
      wish: Rate(microRPS: wish), enforcementPoint: nil, buildDigest: nil)
    let answer = try await act(on: replica, GrantLease(input: .success(input)))
    spiders[name] = Spider(lease: answer.lease, from: now)
  }

  /// Sends while time passes, no more than the term's quota.
  func send(_ name: String, seconds: Int64) {
    guard let spider = spiders[name] else { return }
    let rate = spider.lease.term.portion.rate.microRPS
    send(name, count: rate * seconds / 1_000_000)
  }

  func send(_ name: String, count: Int64) {
    guard var spider = spiders[name] else { return }
    let sent = min(count, spider.lease.term.quota - spider.inTerm)
    spider.inTerm += sent
    spider.untold += sent
    spiders[name] = spider
  }

  func report(_ name: String, status: JSON? = nil) throws -> UsageReport {
    guard let spider = spiders[name] else { preconditionFailure("\(name) has joined") }
    return try JSONReader.read(
      [
        "from": JSON(spider.from), "to": JSON(now), "requests": JSON(spider.untold),
        "status": status ?? ["200": JSON(spider.untold)], "max_rps_seen": 0,
      ], as: .usageReport)
  }

  func renew(_ name: String, on replica: Int = 0, status: JSON? = nil) async throws {
    guard let spider = spiders[name] else { return }
    let input = RenewLease.Input(
      term: spider.lease.term.number, report: try report(name, status: status), wish: nil)
    do {
      let lease = try await act(
        on: replica, RenewLease(lease: spider.lease.id, input: .success(input))
      ).lease
      spiders[name] = Spider(lease: lease, from: now)
    } catch let refusals as Refusals {
      // What was told is told.
      spiders[name]?.from = now
      spiders[name]?.untold = 0
      throw refusals
    }
  }

  /// By the pool, or by the enforcement point.
  func giveBack(_ name: String, as caller: Caller? = nil, on replica: Int = 0) async throws {
    guard let spider = spiders[name] else { return }
    let input = ReturnLease.Input(
      term: spider.lease.term.number, report: try report(name))
    _ = try await act(
      on: replica, as: caller, ReturnLease(lease: spider.lease.id, input: .success(input)))
    spiders[name] = nil
  }

  func act<C: Command>(
    on replica: Int = 0, as caller: Caller? = nil, _ command: C
  ) async throws -> C.Output {
    let form = AnswerForm<C.Output>(
      accepted: { _ in StoredAnswer(status: 201, bytes: []) },
      refused: { _ in StoredAnswer(status: 400, bytes: []) })
    for _ in 0..<30 {
      do {
        return try await once(on: replica, as: caller ?? grant.poolCalls(), form, command)
      } catch CallFailure.unavailable { continue }
    }
    return try await once(on: replica, as: caller ?? grant.poolCalls(), form, command)
  }

  private func once<C: Command>(
    on replica: Int, as caller: Caller, _ form: AnswerForm<C.Output>, _ command: C
  ) async throws -> C.Output {
    switch try await replicas[replica].perform(for: caller, storing: form, { _ in command }) {
    case .done(let output), .redone(let output): return output
    case .replayed: preconditionFailure("no call has a key")
    }
  }

  /// Registers a site with room for many, or changes it.
  func register(
    _ host: String, zone: String = "UTC", version: Int64? = nil
  ) async throws -> Site {
    let ceiling = Ceiling(
      maxRPS: Rate(microRPS: 100_000_000), burst: 1_000, maxConcurrency: 1_000,
      dailyRequests: 1_000_000, windows: .always)
    let facts = SiteFacts(
      operatorKind: .own, ceiling: ceiling, timeZone: zone, aliases: [], contact: nil,
      notes: nil)
    if administrator == nil {
      administrator = try await service.makePerson("admin", .administrator)
    }
    guard let administrator else { preconditionFailure("somebody was made") }
    return try await service.act(
      as: administrator,
      PutSite(host: try Host(host), version: version, input: .success(facts))
    ).site
  }

  // MARK: What the chores do, and what stands

  func runner(on replica: Int = 0, _ chores: [any Chore]) -> JobRunner {
    JobRunner(
      service: replicas[replica], handlers: [], chores: chores, logger: TestDatabase.quiet)
  }

  /// Settles and prunes everything that is due; gives how many commands that took.
  @discardableResult
  func sweep(
    on replica: Int = 0, _ chores: [any Chore] = [SettleLeasesChore()]
  ) async throws -> Int {
    let runner = runner(on: replica, chores)
    var count = 0
    while case let done = try await runner.sweep(), done > 0 {
      count += done
      // The chore looks again after its rest.
      move(seconds: 30)
    }
    return count
  }

  func rows(_ statement: Statement, _ parameters: [Parameter] = []) async throws -> Rows {
    try await service.database.read { (tx: borrowing Transaction) async throws in
      try await tx.query(statement, parameters)
    }
  }

  /// Used and reserved in the budget, by day.
  func days() async throws -> [LocalDate: [Int64]] {
    var found: [LocalDate: [Int64]] = [:]
    for row in try await rows(Self.selectDays, [.id(grant.budget)]) {
      found[try row.localDate(0)] = [try row.int64(1), try row.int64(2)]
    }
    return found
  }

  /// Used and reserved in the budget today.
  func today() async throws -> [Int64] { try await days()[start.utcDate] ?? [] }

  private static let selectDays = Statement(
    "SELECT day, used, reserved FROM scope_days WHERE scope = $1")
}
