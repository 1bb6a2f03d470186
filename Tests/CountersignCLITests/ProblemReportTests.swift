import Domain
import Testing

@testable import countersign

@Suite("refusals as people read them")
struct ProblemReportTests {
  private func lines(_ problem: JSON, status: Int) -> [String] {
    ProblemReport(Reply(status: status, bytes: problem.bytes())).lines
  }

  @Test("every reason is told, with its time")
  func reasons() {
    let problem: JSON = [
      "type": "/problems/self_decision", "title": "Self decision", "status": 403,
      "detail": "Whoever asked never decides.", "code": "self_decision", "instance": "r1",
      "blocking": [
        ["code": "self_decision", "detail": "Whoever asked never decides.", "until": nil],
        [
          "code": "outside_window", "detail": "Outside the hours.",
          "until": "2026-11-22T14:00:00Z",
        ],
      ],
    ]
    #expect(
      lines(problem, status: 403) == [
        "refused: Self decision (self_decision, 403)",
        "  self_decision   Whoever asked never decides.",
        "  outside_window  Outside the hours. (until 2026-11-22 14:00:00Z)",
      ])
  }

  @Test("a single reason is told once")
  func singleReason() {
    let problem: JSON = [
      "title": "No grant", "status": 409, "detail": "There is none.", "code": "no_grant",
      "blocking": [["code": "no_grant", "detail": "There is none.", "until": nil]],
      "retry_after_seconds": 7,
    ]
    #expect(
      lines(problem, status: 409) == [
        "refused: No grant (no_grant, 409)", "  There is none.", "  try again in 7 s",
      ])
  }

  @Test("every wrong place is told, and not a second time in the detail")
  func places() {
    let problem: JSON = [
      "title": "Invalid body", "status": 400, "code": "invalid_body",
      "detail": "/a: one; /b/0: two",
      "errors": [
        ["pointer": "/a", "code": "required", "detail": "a is required"],
        ["pointer": "", "code": "malformed", "detail": "must be an object"],
      ],
    ]
    #expect(
      lines(problem, status: 400) == [
        "refused: Invalid body (invalid_body, 400)",
        "  /a       a is required (required)",
        "  (whole)  must be an object (malformed)",
      ])
  }

  @Test("the current digest stands in a line of its own")
  func digest() {
    let problem: JSON = [
      "title": "Stale digest", "code": "stale_digest", "detail": "Stale.",
      "current_digest": "sha256:00",
    ]
    #expect(lines(problem, status: 409).last == "  the current digest is sha256:00")
  }

  @Test("what is no problem document is not taken for one", arguments: ["<html>", "", "[]"])
  func foreign(body: String) {
    let lines = ProblemReport(Reply(status: 502, bytes: Array(body.utf8))).lines
    #expect(lines.count == 1)
    #expect(lines[0].hasPrefix("refused: the server answered 502"))
  }

  @Test("a file that is wrong before it is sent is told like an answer")
  func local() {
    let invalid = InvalidBody(errors: [
      FieldError(JSONPointer.root.appending("x"), .malformed, "tags are refused in line 3")
    ])
    #expect(
      ProblemReport(invalid, in: "a.yaml").lines == [
        "refused: a.yaml cannot be read", "  /x  tags are refused in line 3 (malformed)",
      ])
  }
}
