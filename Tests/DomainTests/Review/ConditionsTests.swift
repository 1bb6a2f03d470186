import Domain
import Testing

@Suite("conditions on an approval")
struct ConditionsTests {
  typealias Build = ReviewBuilder
  let now = Build.start.adding(seconds: 3_600)
  let legal = Build.signer(10, [.legalReviewer])
  let risk = Build.signer(11, [.riskReviewer])

  private func read(_ text: String) throws -> Conditions {
    try JSONReader.read(try JSONParser.parse(Array(text.utf8)), as: Conditions.field)
  }

  private func errors(_ text: String) throws -> [String] {
    let json = try JSONParser.parse(Array(text.utf8))
    do throws(InvalidBody) {
      _ = try JSONReader.read(json, as: Conditions.field)
      return []
    } catch {
      return error.errors.map { "\($0.pointer) \($0.code.rawValue)" }
    }
  }

  @Test("every number can be named, and none has to be")
  func reads() throws {
    let conditions = try read(
      """
      {"targets":[{"index":0,"max_rps":0.001,"burst":1,"max_concurrency":1,"max_workers":1,
      "daily_requests":5,"windows":[{"days":"all","start":"22:00","end":"06:00"}]}],
      "ends_on":"2026-12-31","note":"mind the night"}
      """)
    #expect(conditions.targets[0].maxRate == Rate(microRPS: 1_000))
    #expect(conditions.targets[0].windows == (try Build.hours("22:00", "06:00")))
    #expect(conditions.endsOn == LocalDate("2026-12-31"))
    #expect(try read("{}") == Conditions(targets: [], endsOn: nil, note: nil))
    #expect(
      try Conditions(stored: conditions.numbers, note: conditions.note) == conditions)
    #expect(try Conditions(stored: conditions.numbers, note: nil).note == nil)
  }

  @Test(
    "what is malformed is told with its pointer",
    arguments: [
      (#"{"targets":[{}]}"#, ["/targets/0/index required"]),
      (#"{"targets":[{"index":-1}]}"#, ["/targets/0/index out_of_range"]),
      (#"{"targets":[{"index":50}]}"#, ["/targets/0/index out_of_range"]),
      (
        #"{"targets":[{"index":1},{"index":1}]}"#, ["/targets/1/index duplicate"]
      ),
      (#"{"targets":[{"index":0,"hosts":[]}]}"#, ["/targets/0/hosts unknown_member"]),
      (
        #"{"targets":[{"index":0,"max_rps":0,"burst":0,"daily_requests":"1"}]}"#,
        [
          "/targets/0/max_rps out_of_range", "/targets/0/burst out_of_range",
          "/targets/0/daily_requests wrong_type",
        ]
      ),
      (#"{"targets":[{"index":0,"windows":[]}]}"#, ["/targets/0/windows out_of_range"]),
      (#"{"ends_on":"2026-13-01"}"#, ["/ends_on invalid_format"]),
      (#"{"max_rps":1}"#, ["/max_rps unknown_member"]),
    ])
  func malformed(text: String, expected: [String]) throws {
    #expect(try errors(text) == expected)
  }

  @Test("an index that names no target is an error of the body")
  func noSuchTarget() throws {
    let conditions = try read(#"{"targets":[{"index":0},{"index":1},{"index":7}]}"#)
    try conditions.checkTargets(count: 8, at: .root)
    do throws(InvalidBody) {
      try conditions.checkTargets(count: 1, at: Review.conditionsPointer)
      Issue.record("taken")
    } catch {
      #expect(
        error.errors.map(\.pointer.description)
          == ["/conditions/targets/1/index", "/conditions/targets/2/index"])
    }
  }

  private func refusals(_ review: Review, _ conditions: Conditions) -> [Refusal] {
    let found = review.refusals(
      of: Build.verdict(.riskReviewer, under: conditions), by: risk, at: now)
    return found.isEmpty ? [] : Refusals(found).all
  }

  @Test("each number may be as high as the allowance and not one step higher (R5)")
  func widens() throws {
    let allowed = Build.reviewed.allowance
    let target = allowed.targets[0]
    let equal = Build.conditions(
      maxRate: target.maxRate.value, burst: target.burst.value,
      maxConcurrency: target.maxConcurrency.value, maxWorkers: target.maxWorkers.value,
      dailyRequests: target.dailyRequests.value, windows: target.windows.value,
      endsOn: allowed.endsOn.value.description)
    #expect(refusals(Build.review(), equal) == [])
    #expect(!equal.narrows(allowed))
    let wider = Build.conditions(
      maxRate: Rate(microRPS: target.maxRate.value.microRPS + 1), burst: target.burst.value + 1,
      maxConcurrency: target.maxConcurrency.value + 1, maxWorkers: target.maxWorkers.value + 1,
      dailyRequests: target.dailyRequests.value + 1,
      endsOn: allowed.endsOn.value.adding(days: 1).description)
    #expect(
      refusals(Build.review(), wider)
        == [
          "targets/0/max_rps", "targets/0/burst", "targets/0/max_concurrency",
          "targets/0/max_workers", "targets/0/daily_requests", "ends_on",
        ].map { .conditionWidens(pointer: "/conditions/" + $0) })
  }

  @Test("a window that is not inside what is allowed widens, by a minute too")
  func windowWidens() throws {
    let night = try Build.reviewed(of: [
      "targets/0/windows": [["days": "all", "start": "22:00", "end": "06:00"]]
    ])
    let review = Build.review(reviewed: night)
    let widens = [Refusal.conditionWidens(pointer: "/conditions/targets/0/windows")]
    for (start, end, expected) in [
      ("22:00", "06:00", []), ("23:00", "24:00", []), ("22:00", "06:01", widens),
      ("21:59", "23:00", widens), ("08:00", "09:00", widens),
    ] {
      let conditions = Build.conditions(windows: try Build.hours(start, end))
      #expect(refusals(review, conditions) == expected, "\(start)-\(end)")
    }
  }

  @Test("0.001 requests a second may be asked for, and how long that takes is told")
  func slowest() throws {
    let slow = Build.conditions(maxRate: Rate(microRPS: 1_000))
    #expect(refusals(Build.review(), slow) == [])
    let allowed = Build.reviewed.allowance.narrowed(to: slow, by: "decision x")
    #expect(allowed.targets[0].maxRate == Limit(Rate(microRPS: 1_000), setBy: "decision x"))
    let content = try ContentBuilder.content(["targets/0/total_requests": 1_000])
    // 1,000 requests at one in a thousand seconds: a million seconds.
    #expect(
      allowed.targets[0].projectedSeconds(for: content.targets[0], days: content.days)
        == 1_000_000)
  }

  @Test("the projection counts open hours and the daily requests, whichever is less")
  func projection() throws {
    let content = try ContentBuilder.content(["targets/0/total_requests": 3_600])
    func seconds(_ conditions: Conditions) -> Int64? {
      Build.reviewed.allowance.narrowed(to: conditions, by: "").targets[0]
        .projectedSeconds(for: content.targets[0], days: content.days)
    }
    let hour = try Build.hours("00:00", "01:00")
    // 0.5 rps in an hour a day: 1,800 a day, so two days.
    #expect(
      seconds(Build.conditions(maxRate: Rate(milliRPS: 500), windows: hour)) == 172_800)
    #expect(
      seconds(Build.conditions(maxRate: Rate(milliRPS: 500), dailyRequests: 900, windows: hour))
        == 345_600)
    #expect(seconds(Build.conditions(maxRate: Rate(microRPS: 1))) == 3_600_000_000)
  }

  @Test("hours disjoint from another reviewer's are incompatible, and that decision is named")
  func disjoint() throws {
    let night = Build.conditions(windows: try Build.hours("22:00", "24:00"))
    let review = try Build.review().after(.legalReviewer, by: legal, under: night, at: now)
    let first = try #require(review.round?.decisions.first)
    #expect(first.narrows)
    let morning = Build.conditions(windows: try Build.hours("00:00", "06:00"))
    #expect(
      refusals(review, morning) == [.conditionsIncompatible(target: 0, with: first.id)])
    let touching = Build.conditions(windows: try Build.hours("23:59", "06:00"))
    #expect(refusals(review, touching) == [])
    let conflict = review.conflict(
      of: Build.verdict(.riskReviewer, under: morning), by: risk, actor: Build.actor(risk),
      at: now)
    #expect(conflict?.subject.with == [first.id])
    #expect(conflict?.entry.type == .conditionsConflicted)
    // Somebody who could not decide anyway leaves no trace of a conflict.
    let stranger = Build.signer(30, [])
    #expect(
      review.conflict(
        of: Build.verdict(.riskReviewer, under: morning), by: stranger,
        actor: Build.actor(stranger), at: now) == nil)
  }

  @Test("three windows that overlap in pairs and not together are incompatible")
  func threeWindows() throws {
    let seats: [Role] = [.legalReviewer, .riskReviewer, .businessOwner]
    let owner = Build.signer(15, [.businessOwner])
    func windows(_ pairs: [(String, String)]) throws -> Conditions {
      Build.conditions(
        windows: WindowSet(
          try pairs.map { start, end in
            try Window(
              days: [.monday], start: try #require(ClockTime(start)),
              end: try #require(ClockTime(end)))
          }))
    }
    let review = try Build.review(Build.round(seats: seats))
      .after(
        .legalReviewer, by: legal, under: windows([("01:00", "02:00"), ("03:00", "04:00")]),
        at: now
      )
      .after(
        .businessOwner, by: owner, under: windows([("01:00", "02:00"), ("05:00", "06:00")]),
        at: now)
    let third = try windows([("03:00", "04:00"), ("05:00", "06:00")])
    let standing = try #require(review.round?.decisions.map(\.id))
    #expect(
      Set(refusals(review, third))
        == Set(standing.map { .conditionsIncompatible(target: 0, with: $0) }))
  }

  @Test("an end before the start, or one that is over, leaves nothing")
  func nothingLeft() throws {
    let nothing = [Refusal.conditionsIncompatible(target: 0, with: nil)]
    #expect(refusals(Build.review(), Build.conditions(endsOn: "2026-11-30")) == nothing)
    #expect(refusals(Build.review(), Build.conditions(endsOn: "2026-12-01")) == [])
    // The first of December ends at 16:00 UTC in Shanghai.
    let verdict = Build.verdict(
      .riskReviewer, under: Build.conditions(endsOn: "2026-12-01"))
    let end = try #require(Timestamp("2026-12-01T16:00:00Z"))
    #expect(Build.review().refusals(of: verdict, by: risk, at: end) == nothing)
    #expect(
      Build.review().refusals(of: verdict, by: risk, at: end.adding(microseconds: -1)) == [])
  }

  @Test("conditions on another digest are not judged: they are of other numbers")
  func staleConditions() throws {
    let verdict = Build.verdict(
      .riskReviewer, digest: .zero, under: Build.conditions(maxRate: Rate.most))
    #expect(
      Build.review().refusals(of: verdict, by: risk, at: now)
        == [.staleDigest(current: Build.digest)])
  }

  @Test("the log names the digest of the conditions and whether they narrow, not their note")
  func logged() throws {
    let conditions = Conditions(targets: [], endsOn: LocalDate("2026-12-24"), note: "Ms Wang")
    let ruling = try Build.review().decided(
      Build.verdict(.riskReviewer, under: conditions), conditionsDigest: .zero, by: risk,
      actor: Build.actor(risk), at: now)
    #expect(ruling.subject.decision.narrows)
    #expect(ruling.entry.detail["conditions"] == JSON(Digest.zero))
    #expect(ruling.entry.detail["narrows"] == true)
    let text = String(decoding: JSON.object(ruling.entry.detail).bytes(), as: UTF8.self)
    #expect(!text.contains("Wang"))
    #expect(EvidenceProfile.event.violations(in: .object(ruling.entry.detail)).isEmpty)
  }
}
