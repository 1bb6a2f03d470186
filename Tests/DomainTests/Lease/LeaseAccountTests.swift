import Domain
import Testing

@Suite("what a chain has sent at the most")
struct LeaseAccountTests {
  private static let start = Timestamp(microseconds: 1_795_000_000_000_000)

  private static func term(_ number: Int64, quota: Int64, from second: Int64) -> LeaseTerm {
    LeaseTerm(
      number: number,
      portion: Portion(rate: Rate(microRPS: 1_000_000), burst: 1, concurrency: 1),
      quota: quota, day: start.utcDate, issuedAt: start + second, expiresAt: start + second + 60)
  }

  private static func report(
    _ from: Int64, _ to: Int64, _ requests: Int64
  ) throws -> UsageReport {
    try JSONReader.read(
      [
        "from": JSON(start + from), "to": JSON(start + to), "requests": JSON(requests),
        "status": [:],
      ], as: .usageReport)
  }

  /// One step in the life of a chain, at a second of the database's clock.
  enum Step: Sendable {
    case term(quota: Int64)
    /// From and to by the holder's clock.
    case report(from: Int64, to: Int64, requests: Int64)
    case acknowledged
    /// By the enforcement point.
    case returned
    /// By its holder, whose tokens count until the end of the last one.
    case handedBack
    case over
  }

  struct Row: Sendable, CustomStringConvertible {
    let description: String
    let steps: [(at: Int64, step: Step)]
    let used: Int64
    let bound: Int64

    init(_ description: String, _ steps: [(Int64, Step)], used: Int64, bound: Int64) {
      self.description = description
      self.steps = steps.map { (at: $0.0, step: $0.1) }
      self.used = used
      self.bound = bound
    }
  }

  /// The account of a chain that began at second 0.
  static func account(after steps: [(at: Int64, step: Step)]) throws -> LeaseAccount {
    var account = LeaseAccount(startedAt: start)
    var last: LastReport?
    var number: Int64 = 0
    for (second, step) in steps {
      let now = start + second
      switch step {
      case .term(let quota):
        number += 1
        account = account.reserving(term(number, quota: quota, from: second))
      case .report(let from, let to, let requests):
        account = account.reported(
          try report(from, to, requests), after: last, since: start, at: now)
        last = LastReport(term: number, to: start + to, at: now)
      case .acknowledged: account = account.acknowledged(at: now)
      case .returned: account = account.returned(at: now, freesAt: now)
      case .handedBack: account = account.returned(at: now, freesAt: start + second + 60)
      case .over: account = account.final
      }
    }
    return account
  }

  static let rows: [Row] = [
    Row("a term reserves its quota", [(0, .term(quota: 100))], used: 0, bound: 100),
    Row(
      "without a report every term counts whole",
      [(0, .term(quota: 100)), (20, .term(quota: 90)), (40, .term(quota: 80)), (200, .over)],
      used: 270, bound: 270),
    Row(
      "what is reported is used; the term may still send its quota, and no more was reserved",
      [(0, .term(quota: 100)), (20, .report(from: 0, to: 20, requests: 15))],
      used: 15, bound: 100),
    Row(
      "terms that ran out before the report's end give back what they left",
      [
        (0, .term(quota: 100)), (20, .report(from: 0, to: 20, requests: 15)),
        (20, .term(quota: 100)), (40, .report(from: 20, to: 40, requests: 15)),
        (40, .term(quota: 100)), (64, .report(from: 40, to: 64, requests: 20)),
      ], used: 50, bound: 250),
    Row(
      "a term counts up to its end and the guard",
      [
        (0, .term(quota: 100)), (20, .term(quota: 50)),
        (63, .report(from: 0, to: 63, requests: 30)),
      ], used: 30, bound: 150),
    Row(
      "a report that comes late tells only of the time until its end",
      [
        (0, .term(quota: 100)), (20, .report(from: 0, to: 20, requests: 10)),
        (20, .term(quota: 50)), (70, .report(from: 20, to: 30, requests: 20)),
      ], used: 30, bound: 150),
    Row(
      "an acknowledged term ends those before it, once a report tells of the time since",
      [
        (0, .term(quota: 100)), (20, .term(quota: 50)), (21, .acknowledged),
        (40, .report(from: 0, to: 40, requests: 30)),
      ], used: 30, bound: 80),
    Row(
      "before that they still count",
      [
        (0, .term(quota: 100)), (20, .report(from: 0, to: 20, requests: 10)),
        (20, .term(quota: 50)), (30, .acknowledged),
        (40, .report(from: 20, to: 25, requests: 20)),
      ], used: 30, bound: 150),
    Row(
      "nobody is believed to have sent more than was reserved",
      [(0, .term(quota: 100)), (20, .report(from: 0, to: 20, requests: 1_000_000_000_000))],
      used: 100, bound: 100),
    Row(
      "what a report leaves out counts as sent",
      [
        (0, .term(quota: 100)), (20, .report(from: 0, to: 20, requests: 10)),
        (20, .term(quota: 100)), (90, .report(from: 21, to: 90, requests: 10)),
      ], used: 200, bound: 200),
    Row(
      "so does what a first report leaves out that does not tell of the whole life",
      [(0, .term(quota: 100)), (70, .report(from: 4, to: 70, requests: 1))],
      used: 100, bound: 100),
    Row(
      "nor of the end of it",
      [(0, .term(quota: 100)), (70, .report(from: 0, to: 66, requests: 1))],
      used: 100, bound: 100),
    Row(
      "nor of the chain alone",
      [(0, .term(quota: 100)), (70, .report(from: -4, to: 70, requests: 1))],
      used: 100, bound: 100),
    Row(
      "clocks differ and calls take their time",
      [(0, .term(quota: 100)), (70, .report(from: 2, to: 69, requests: 1))],
      used: 1, bound: 1),
    Row(
      "a holder's clock may be slow, for only lengths count",
      [(0, .term(quota: 100)), (64, .report(from: -600, to: -536, requests: 7))],
      used: 7, bound: 7),
    Row(
      "or fast",
      [(0, .term(quota: 100)), (64, .report(from: 600, to: 664, requests: 7))],
      used: 7, bound: 7),
    Row(
      "a return by the enforcement point settles all",
      [(0, .term(quota: 100)), (9, .report(from: 0, to: 9, requests: 8)), (9, .returned)],
      used: 8, bound: 8),
    Row(
      "a return by the holder settles nothing before its tokens have run out",
      [(0, .term(quota: 100)), (9, .report(from: 0, to: 9, requests: 8)), (9, .handedBack)],
      used: 8, bound: 100),
    Row(
      "and all then",
      [
        (0, .term(quota: 100)), (9, .report(from: 0, to: 9, requests: 8)), (9, .handedBack),
        (70, .over),
      ], used: 8, bound: 8),
    Row(
      "a report after the end settles what came before it",
      [(0, .term(quota: 100)), (80, .report(from: 0, to: 78, requests: 60))],
      used: 60, bound: 60),
  ]

  @Test("P11 reports settle what was reserved", arguments: rows)
  func settled(_ row: Row) throws {
    let account = try Self.account(after: row.steps)
    #expect(account.used == row.used && account.bound == row.bound, "\(account)")
    #expect(account.final.bound == account.final.used && account.final.open.isEmpty)
  }

  @Test("many open terms count as few, never as less")
  func compacted() throws {
    var steps: [(at: Int64, step: Step)] = []
    for second in 0..<60 { steps.append((Int64(second), .term(quota: 10))) }
    steps.append((60, .report(from: 0, to: 60, requests: 100)))
    let account = try Self.account(after: steps)
    #expect(account.open.count <= LeaseAccount.openMax)
    #expect(account.used == 100 && account.bound == 600)
    steps.append((200, .report(from: 60, to: 200, requests: 50)))
    #expect(try Self.account(after: steps).bound == 150)
  }

  @Test(
    "P11 whatever is lost, late, doubled or forgotten: never more is sent than is bound",
    arguments: 0..<40)
  func histories(_ number: UInt64) throws {
    let seed = SeededGenerator.seed &+ number
    var generator = SeededGenerator(seed: seed)
    var chain = HonestChain(offset: Int64.random(in: -500...500, using: &generator))
    for _ in 0..<120 {
      chain.advance(Int64.random(in: 0...25, using: &generator))
      switch Int.random(in: 0...11, using: &generator) {
      case 0: chain.acknowledge()
      case 1: chain.forget()
      case 2...6: chain.send(Int64.random(in: 0...40, using: &generator))
      default:
        try chain.renew(
          quota: Int64.random(in: 1...60, using: &generator),
          delay: Bool.random(using: &generator) ? 0 : Int64.random(in: 0...20, using: &generator))
      }
      let account = chain.account
      #expect(chain.sent <= account.bound, "seed \(seed): \(chain.sent) of \(account)")
      #expect(chain.sent + chain.mostToCome <= account.bound, "seed \(seed)")
    }
    let final = chain.account.final
    #expect(chain.sent <= final.used && final.used <= chain.reserved, "seed \(seed)")
    // With the last word of whoever forgot nothing, nothing is left over.
    guard !chain.hasForgotten else { return }
    chain.advance(100)
    try chain.tell(delay: 0)
    #expect(chain.account.final.used == chain.sent, "seed \(seed)")
  }
}

/// A chain whose enforcement point lets each token's quota through while it is valid, and whose
/// holder reports what it sent, if it has not forgotten it.
private struct HonestChain {
  private static let start = Timestamp(microseconds: 1_795_000_000_000_000)

  private struct Token {
    let quota: Int64
    var left: Int64
    let endsAt: Int64
    var isRefused = false
  }

  private(set) var account = LeaseAccount(startedAt: start)
  private(set) var sent: Int64 = 0
  private(set) var reserved: Int64 = 0
  private(set) var hasForgotten = false
  private var now: Int64 = 0
  private let offset: Int64
  private var tokens: [Token] = []
  private var last: LastReport?
  /// When each request was sent that was not told yet.
  private var untold: [(at: Int64, count: Int64)] = []
  /// Since when the holder knows what it sent.
  private var knowsSince: Int64 = 0

  init(offset: Int64) {
    self.offset = offset
    issue(50)
  }

  /// What the tokens would still let through.
  var mostToCome: Int64 { usable.reduce(0) { $0 + tokens[$1].left } }

  private var usable: [Int] {
    tokens.indices.filter { now <= tokens[$0].endsAt + 3 && !tokens[$0].isRefused }
  }

  mutating func advance(_ seconds: Int64) { now += seconds }

  /// Sends under whichever tokens let it, oldest first.
  mutating func send(_ wanted: Int64) {
    var wanted = wanted
    for index in usable {
      let count = min(wanted, tokens[index].left)
      tokens[index].left -= count
      wanted -= count
      sent += count
      untold.append((now, count))
    }
  }

  mutating func acknowledge() {
    // What was sent in this second was sent before.
    advance(1)
    for index in tokens.indices.dropLast() { tokens[index].isRefused = true }
    account = account.acknowledged(at: Self.start.adding(seconds: now))
  }

  /// The holder begins anew and does not know what it sent before.
  mutating func forget() {
    // Within the guard nobody can tell.
    advance(4)
    untold = []
    knowsSince = now
    hasForgotten = true
  }

  /// The holder goes on; its report was made a while before it arrives.
  mutating func renew(quota: Int64, delay: Int64) throws {
    try tell(delay: delay)
    issue(quota)
  }

  mutating func tell(delay: Int64) throws {
    if last == nil, delay > 3 { hasForgotten = true }
    let to = max(now - delay, knowsSince, last.map { holder($0.to) } ?? 0)
    guard to <= now else { return }
    let told = untold.filter { $0.at < to }
    untold.removeAll { $0.at < to }
    let from = max(knowsSince, last.map { holder($0.to) } ?? 0)
    let requests = told.reduce(0) { $0 + $1.count }
    let report = try JSONReader.read(
      [
        "from": JSON(clock(from)), "to": JSON(clock(to)), "requests": JSON(requests),
        "status": [:],
      ], as: .usageReport)
    account = account.reported(
      report, after: last, since: Self.start, at: Self.start.adding(seconds: now))
    last = LastReport(term: 1, to: clock(to), at: Self.start.adding(seconds: now))
  }

  private mutating func issue(_ quota: Int64) {
    tokens.append(Token(quota: quota, left: quota, endsAt: now + 60))
    reserved += quota
    account = account.reserving(
      LeaseTerm(
        number: Int64(tokens.count),
        portion: Portion(rate: Rate(microRPS: 1_000_000), burst: 1, concurrency: 1),
        quota: quota, day: Self.start.utcDate, issuedAt: Self.start.adding(seconds: now),
        expiresAt: Self.start.adding(seconds: now + 60)))
  }

  /// The holder's clock at a second.
  private func clock(_ second: Int64) -> Timestamp {
    Self.start.adding(seconds: second + offset)
  }

  private func holder(_ instant: Timestamp) -> Int64 {
    instant.microseconds(since: Self.start) / 1_000_000 - offset
  }
}
