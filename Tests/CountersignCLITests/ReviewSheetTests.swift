import Domain
import Testing

@testable import countersign

@Suite("what a reviewer sees")
struct ReviewSheetTests {
  private static let content: JSON = [
    "title": "Prices", "purpose": "Compare.", "owner": "pers_o", "deputy": "pers_d",
    "maintainer": ["person": "pers_m", "phone": "+86 1"], "starts_on": "2026-12-01",
    "ends_on": "2027-02-28", "identity": ["user_agent": "AcmeBot/1.0"],
    "targets": [
      [
        "hosts": ["www.example.com"], "max_rps": 2, "max_concurrency": 2,
        "daily_requests": 20000, "time_zone": "Asia/Shanghai",
      ]
    ],
  ]

  private static let assessment: JSON = [
    "tier": "T1",
    "rules": [["id": "R12", "text": "Unknown capacity", "basis": ["CN-1"], "target": 0]],
    "caps": [
      [
        "target": 0, "max_rps": 1, "max_concurrency": 2, "daily_requests": 20000,
        "granted": ["max_rps": 1, "daily_requests": 20000], "cost_weight": 1,
        "windows": [["days": "all", "start": "22:00", "end": "06:00"]],
        "set_by": ["max_rps": "R12"],
      ]
    ],
  ]

  private func lines(
    canDecide: JSON, blocking: JSON = [], more: JSONObject = [:]
  ) -> [String] {
    var members: JSONObject = [
      "id": "prop_1", "number": 12, "title": "Prices", "status": "in_review",
      "effective_status": "in_review", "digest": "sha256:aa", "requester": "pers_r",
      "round": ["tier": "T1", "decide_by": "2026-12-05T20:00:00Z"],
      "seats": [
        ["role": "legal_reviewer", "filled_by": "pers_l"], ["role": "risk_reviewer"],
      ],
      "can_decide": canDecide, "blocking": blocking,
    ]
    for member in more.members { members[member.name] = member.value }
    let view = JSON.object(members)
    let people = Directory(names: ["pers_l": "Lea <lea@a.example>"])
    return ReviewSheet(view: view, content: Self.content, people: people)
      .review(assessment: Self.assessment).lines(for: .plain)
  }

  @Test("it fits one screen and says what is cut and by what")
  func screen() {
    let lines = lines(canDecide: ["risk_reviewer": ["allowed": true, "reasons": []]])
    #expect(lines.count <= 40)
    #expect(
      lines.contains(
        "www.example.com  1 of 2        2  20 000  Asia/Shanghai  daily 22:00-06:00"))
    #expect(lines.contains("  R12 Unknown capacity [CN-1]"))
    #expect(lines.contains("legal_reviewer  Lea <lea@a.example>"))
    #expect(lines.contains("risk_reviewer   open"))
    #expect(lines.contains("  risk_reviewer: you can sign"))
  }

  @Test("a counter-offer says whose number is whose and how long it takes")
  func counterOffer() {
    let set: JSON = [
      "by": "decision dec_1",
      "decisions": [["id": "dec_1", "person": "pers_l", "role": "legal_reviewer"]],
    ]
    let asked: JSON = ["by": "request", "decisions": []]
    let lines = lines(
      canDecide: [:],
      more: [
        "counter": [
          "digest": "sha256:cc", "answer": nil, "ends_on": "2027-01-31",
          "targets": [
            [
              "index": 0, "max_rps": JSON(Rate(milliRPS: 1)), "burst": 1, "max_concurrency": 1,
              "max_workers": 1, "daily_requests": 86, "projected_seconds": 100_000,
              "windows": [["days": "all", "start": "22:00", "end": "06:00"]],
            ]
          ],
          "set_by": ["targets": [["max_rps": set, "burst": asked]], "ends_on": set],
        ]
      ])
    #expect(lines.contains("Counter-offer sha256:cc, waits for an answer"))
    #expect(lines.contains("  0.max_rps 0.001 by legal_reviewer, Lea <lea@a.example>"))
    #expect(lines.contains("  ends_on 2027-01-31 by legal_reviewer, Lea <lea@a.example>"))
    #expect(!lines.contains { $0.contains("0.burst") })
    #expect(lines.contains { $0.hasSuffix("daily 22:00-06:00  1 d 3 h") })
  }

  @Test("signatures on an earlier revision are told with what has changed since")
  func stale() {
    let lines = lines(
      canDecide: [:],
      more: [
        "stale": [
          "revision": 1,
          "decisions": [["verdict": "approve", "role": "legal_reviewer", "person": "pers_l"]],
          "diff": [
            ["pointer": "/targets/0/burst", "from": 2, "to": 3, "effect": "widens"],
            ["pointer": "/targets/0/windows", "from": nil, "to": [], "effect": "narrows"],
          ],
        ]
      ])
    #expect(lines.contains("Since revision 1 was under review"))
    #expect(
      lines.contains("  approve as legal_reviewer, Lea <lea@a.example>: not counted"))
    #expect(lines.contains("  widens: /targets/0/burst 2 -> 3"))
    #expect(lines.contains("  narrows: /targets/0/windows - -> []"))
  }

  @Test("whoever holds a role and cannot sign is told why, other roles are left out")
  func cannotSign() {
    let lines = lines(canDecide: [
      "legal_reviewer": [
        "allowed": false,
        "reasons": [["code": "already_decided", "detail": "You decided already."]],
      ],
      "risk_reviewer": [
        "allowed": false, "reasons": [["code": "role_not_held", "detail": "Not yours."]],
      ],
    ])
    #expect(lines.contains("  legal_reviewer: no. You decided already."))
    #expect(!lines.contains { $0.contains("Not yours") })
  }

  @Test("whoever holds none of the roles is told that")
  func noRole() {
    let reasons: JSON = [["code": "role_not_held", "detail": "Not yours."]]
    let lines = lines(canDecide: ["risk_reviewer": ["allowed": false, "reasons": reasons]])
    #expect(lines.contains("  You hold none of the roles that sign this."))
  }

  @Test("a stop is told, the lack of a grant is not")
  func stops() {
    let lines = lines(
      canDecide: [:],
      blocking: [
        ["code": "locked", "detail": "lock_1 stops it."],
        ["code": "no_grant", "detail": "None yet."],
      ])
    #expect(lines.suffix(2) == ["Stopped by", "  locked: lock_1 stops it."])
  }

  @Test("a mailbox is a name and an e-mail, in lower case or refused")
  func mailboxes() {
    let mailbox = Mailbox(argument: "Ada Lovelace <ada@acme.example>")
    #expect(mailbox?.name == "Ada Lovelace")
    #expect(mailbox?.email == "ada@acme.example")
    for wrong in ["Ada", "<ada@acme.example>", "Ada <ada>", "Ada ada@acme.example", "A <a@b.c"] {
      #expect(Mailbox(argument: wrong) == nil)
    }
  }
}
