import Domain
import Testing

@Suite("Breaker: what opens it")
struct BreakerTriggerTests {
  /// A report, the baseline in milliseconds, and what opens; nil: nothing.
  struct Case: Sendable, CustomStringConvertible {
    let what: String
    let report: UsageReport
    var baseline: Int64?
    let cause: BreakerCause?
    var description: String { what }

    init(_ what: String, _ report: UsageReport, baseline: Int64? = nil, _ cause: BreakerCause?) {
      self.what = what
      self.report = report
      self.baseline = baseline
      self.cause = cause
    }
  }

  private static func slow(_ p95: Int64) -> JSONObject {
    ["latency_ms": ["p50": 1, "p95": JSON(p95), "max": 100_000]]
  }

  private static func seen(_ rate: String) -> JSONObject {
    ["max_rps_seen": .number(JSONNumber(trustedLiteral: rate))]
  }

  static let cases = [
    Case("one captcha", .of(200, 9, ["challenges": 1]), .challenge),
    Case("no captcha", .of(200, 9, ["challenges": 0]), nil),
    Case("one 451", .of(451, 1), .legalNotice), Case("one 450", .of(450, 1), nil),
    Case("one 429", .of(429, 1), .throttled), Case("one 503", .of(503, 1), .throttled),
    Case("one 502", .of(502, 1), nil), Case("one 428", .of(428, 1), nil),
    Case("10 of 50 fail", .of(500, 50, ["status": ["500": 10, "200": 40]]), .errors),
    Case("9 of 50 fail", .of(500, 50, ["status": ["500": 9, "200": 41]]), nil),
    Case("49 of 49 fail", .of(500, 49), nil),
    Case("timeouts fail too", .of(200, 40, ["requests": 50, "timeouts": 10]), .errors),
    Case("50 of 50 are not there", .of(404, 50), nil), Case("nor here", .of(410, 50), nil),
    Case("50 are forbidden", .of(403, 50), .errors),
    Case("5 connections", .of(200, 0, ["requests": 5, "connection_errors": 5]), .connections),
    Case("4 connections", .of(200, 0, ["requests": 4, "connection_errors": 4]), nil),
    Case("5 among 20", .of(200, 15, ["requests": 20, "connection_errors": 5]), .connections),
    Case("5 among 60", .of(200, 55, ["requests": 60, "connection_errors": 5]), nil),
    Case("five seconds", .of(200, 1, slow(5_000)), .latency),
    Case("almost five seconds", .of(200, 1, slow(4_999)), nil),
    Case("three times the baseline", .of(200, 1, slow(900)), baseline: 300, .latency),
    Case("less than three times", .of(200, 1, slow(899)), baseline: 300, nil),
    Case("ten times almost nothing", .of(200, 1, slow(199)), baseline: 20, nil),
    Case("a fifth of a second", .of(200, 1, slow(200)), baseline: 20, .latency),
    Case("slow without a request", .of(200, 0, slow(9_000)), nil),
    Case("111 % of the lease", .of(200, 1, seen("1.100001")), .overLimit),
    Case("110 % of the lease", .of(200, 1, seen("1.1")), nil),
  ]

  @Test("each cause opens, its nearest neighbour does not", arguments: cases)
  func opens(on row: Case) throws {
    var scene = try BreakerScene()
    scene.breaker = scene.breaker.measured(row.baseline)
    let change = scene.hear(row.report)
    #expect(scene.opening?.causes == row.cause.map { [$0] })
    #expect(change == (row.cause == nil ? .none : .opened))
    #expect(
      scene.opening.map { $0.lifting == .people } ?? false == (row.cause?.needsPeople ?? false))
    if row.cause != nil { #expect(!scene.heard(row.report).isClean) }
  }

  @Test("a report that tells nothing for the time of two renewals opens")
  func overdue() throws {
    var scene = try BreakerScene()
    #expect(scene.hear(.of(200, 1), isOverdue: true) == .opened)
    #expect(scene.opening?.causes == [.reportOverdue])
  }

  @Test("errors of a minute count together, and no longer")
  func minute() throws {
    var scene = try BreakerScene()
    scene.hear(.of(500, 30, ["status": ["500": 6, "200": 24]]))
    scene.wait(59)
    #expect(scene.hear(.of(500, 20, ["status": ["500": 4, "200": 16]])) == .opened)
    var later = try BreakerScene()
    later.hear(.of(500, 30, ["status": ["500": 6, "200": 24]]))
    later.wait(60)
    #expect(later.hear(.of(500, 20, ["status": ["500": 4, "200": 16]])) == .none)
    var diluted = try BreakerScene()
    diluted.hear(.of(200, 51))
    diluted.wait(1)
    #expect(diluted.hear(.of(500, 10)) == .none)
    #expect(diluted.hear(.of(500, 3)) == .opened)
  }

  @Test("connections fail in a row over reports, until an answer comes")
  func run() throws {
    let two = UsageReport.of(200, 0, ["requests": 2, "connection_errors": 2])
    var scene = try BreakerScene()
    for _ in 0..<2 {
      #expect(scene.hear(two) == .none)
      // Long after the minute of the errors' share.
      scene.wait(300)
    }
    #expect(scene.hear(two) == .opened)
    var answered = try BreakerScene()
    for _ in 0..<9 {
      #expect(answered.hear(two) == .none)
      answered.wait(20)
      #expect(answered.hear(.of(200, 1)) == .none)
      answered.wait(20)
    }
  }
}
