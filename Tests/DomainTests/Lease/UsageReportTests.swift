import Domain
import Testing

@Suite("Usage report")
struct UsageReportTests {
  static let good: JSONObject = [
    "from": "2026-11-21T22:00:00Z", "to": "2026-11-21T22:00:20Z", "requests": 125,
    "status": ["200": 120, "404": 3],
  ]

  @Test("the four required members are enough; the rest counts as 0")
  func least() throws {
    let report = try JSONReader.read(.object(Self.good), as: .usageReport)
    #expect(report.requests == 125)
    #expect(report.status == [200: 120, 404: 3])
    #expect(report.timeouts == 0 && report.bytes == 0 && report.latency == nil)
    #expect(try JSONReader.read(report.json, as: .usageReport) == report)
  }

  @Test("a full report reads back from what is stored")
  func full() throws {
    var body = Self.good
    body["latency_ms"] = ["p50": 80, "p95": 200, "max": 900]
    body["timeouts"] = 1
    body["connection_errors"] = 1
    body["challenges"] = 0
    body["bytes"] = 1_234_567
    body["retry_after_seconds"] = 30
    body["max_rps_seen"] = .number(JSONNumber(trustedLiteral: "0.25"))
    body["log_sha256"] = JSON(Digest.zero)
    let report = try JSONReader.read(.object(body), as: .usageReport)
    #expect(try JSONReader.read(report.json, as: .usageReport) == report)
  }

  @Test(
    "a report that cannot be true is refused at its member",
    arguments: [
      ("from", nil, "/from"), ("to", nil, "/to"), ("requests", nil, "/requests"),
      ("status", nil, "/status"), ("requests", -1, "/requests"), ("requests", "1", "/requests"),
      ("requests", 122, "/status"), ("to", "2026-11-21T21:59:59Z", "/to"),
      ("to", "2026-11-22T22:00:01Z", "/to"), ("status", ["99": 1], "/status/99"),
      ("status", ["600": 1], "/status/600"), ("status", ["2xx": 1], "/status/2xx"),
      ("status", ["200": -1], "/status/200"), ("status", [], "/status"),
      ("latency_ms", ["p50": 1], "/latency_ms/p95"), ("unknown", 1, "/unknown"),
      ("latency_ms", ["p50": 3, "p95": 2, "max": 4], "/latency_ms/p95"),
      ("latency_ms", ["p50": 1, "p95": 3, "max": 2], "/latency_ms/max"),
      ("timeouts", 3, "/timeouts"), ("connection_errors", 3, "/connection_errors"),
      ("challenges", 126, "/challenges"), ("retry_after_seconds", -1, "/retry_after_seconds"),
      ("log_sha256", "abc", "/log_sha256"),
    ] as [(String, JSON?, String)])
  func refused(name: String, value: JSON?, pointer: String) {
    var body = Self.good
    body[name] = value
    let error = #expect(throws: InvalidBody.self) {
      try JSONReader.read(.object(body), as: .usageReport)
    }
    #expect(error?.errors.contains { $0.pointer.description == pointer } == true)
  }
}
