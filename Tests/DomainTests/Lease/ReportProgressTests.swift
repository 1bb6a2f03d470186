import Domain
import Testing

@Suite("Usage reports of one lease, one after the other")
struct ReportProgressTests {
  private func report(from: Timestamp, to: Timestamp, _ more: JSONObject = [:]) -> UsageReport {
    var body: JSONObject = ["from": JSON(from), "to": JSON(to)]
    for member in more.members { body[member.name] = member.value }
    return .of(200, 1, body)
  }

  private func scene() throws -> (scene: LeaseScene, lease: Lease, breakers: [Breaker]) {
    var scene = LeaseScene()
    let lease = try scene.grant(scene.request())
    let breakers = lease.hosts.map { Breaker(budget: scene.budgetID, host: $0) }
    return (scene, lease, breakers)
  }

  @Test("a period longer than the lease lived, or long before the last end, is refused")
  func periods() throws {
    let (scene, lease, breakers) = try scene()
    let start = scene.now
    let last = LastReport(term: 1, to: start + 20, at: start + 20)
    let table: [(LastReport?, Int64, Int64, Bool)] = [
      // The report before, from, to, whether it may be; 20 s after the start.
      (nil, 0, 20, true), (nil, -60, 20, true), (nil, -61, 20, false),
      // A clock an hour off is held against itself only.
      (nil, -3_600, -3_540, true), (nil, 3_600, 3_681, false),
      (last, -40, 21, true), (last, -41, 21, false), (last, -41, 20, true), (last, 20, 40, true),
    ]
    for (before, from, to, isTrue) in table {
      let told = report(from: start + from, to: start + to)
      let hears = {
        try lease.heard(
          told, with: .renewal, after: before, breakers: breakers, at: start + 20)
      }
      if isTrue {
        _ = try hears()
      } else {
        let error = #expect(throws: InvalidBody.self) { try hears() }
        #expect(error?.errors.map(\.pointer.description) == ["/usage/from"], "\(from) \(to)")
      }
    }
  }

  @Test("a report that comes again counts once")
  func again() throws {
    let (scene, lease, breakers) = try scene()
    let told = report(
      from: scene.now, to: scene.now + 5, ["requests": 2, "connection_errors": 1] as JSONObject)
    let first = try lease.heard(
      told, with: .renewal, after: nil, breakers: breakers, at: scene.now + 5)
    #expect(first.breakers != breakers && first.last?.to == scene.now + 5)
    let again = try lease.heard(
      told, with: .renewal, after: first.last, breakers: first.breakers, at: scene.now + 6)
    #expect(again.breakers == first.breakers && again.last == first.last)
    let later = try lease.heard(
      told, with: .renewal, after: first.last, breakers: first.breakers, at: scene.now + 50)
    #expect(later.refusals.isEmpty && later.changes.isEmpty, "a refused renewal, asked for again")
    let more = report(from: scene.now, to: scene.now + 6)
    let second = try lease.heard(
      more, with: .renewal, after: first.last, breakers: first.breakers, at: scene.now + 6)
    #expect(second.last?.to == scene.now + 6)
  }

  @Test("nothing new for one renewal is report_overdue, for two it opens; a return is never due")
  func overdue() throws {
    let (scene, lease, breakers) = try scene()
    let told = report(from: scene.now, to: scene.now)
    let last = LastReport(term: 0, to: scene.now, at: scene.now)
    for (after, refusals, causes) in [
      (17, 0, nil), (18, 1, nil), (35, 1, nil), (36, 1, [.reportOverdue]),
    ] as [(Int64, Int, [BreakerCause]?)] {
      let heard = try lease.heard(
        told, with: .renewal, after: last, breakers: breakers, at: scene.now + after)
      #expect(heard.refusals.count == refusals, "\(after)")
      #expect(heard.changes.first?.opening.causes == causes, "\(after)")
      #expect(heard.last?.to == last.to && heard.last?.at == last.at, "\(after)")
      let returned = try lease.heard(
        told, with: .restitution, after: last, breakers: breakers, at: scene.now + after)
      #expect(returned.refusals.isEmpty && returned.changes.isEmpty)
    }
  }

  @Test("only the holder's word on the term held counts, and not long after its end")
  func whose() throws {
    let (scene, lease, _) = try scene()
    let gateway = GatewayID.make(at: scene.now)
    #expect(lease.reports(on: 1, by: .pool(scene.pool), at: scene.now))
    #expect(!lease.reports(on: 0, by: .pool(scene.pool), at: scene.now))
    #expect(!lease.reports(on: 1, by: .pool(PoolID.make(at: scene.now)), at: scene.now))
    #expect(!lease.reports(on: 1, by: .gateway(gateway), at: scene.now))
    let end = lease.term.expiresAt
    #expect(lease.reports(on: 1, by: .pool(scene.pool), at: end + 59))
    #expect(!lease.reports(on: 1, by: .pool(scene.pool), at: end + 60))
  }
}
