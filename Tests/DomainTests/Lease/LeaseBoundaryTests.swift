import Domain
import Foundation
import Registries
import Testing

@Suite("Boundaries of leases")
struct LeaseBoundaryTests {
  private static let casesCount = 10_000

  /// `COUNTERSIGN_SEED` repeats a run.
  private static var seed: UInt64 {
    ProcessInfo.processInfo.environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) }
      ?? .random(in: 1...UInt64.max)
  }

  private static let zones: [Zone] = TimeZone.knownTimeZoneIdentifiers.sorted()
    .compactMap { Zones.system.zone($0) }

  @Test("P10: exp <= every boundary of I5, 10,000 random zones and dates (seed printed)")
  func boundaries() throws {
    let seed = Self.seed
    print("P10: COUNTERSIGN_SEED=\(seed)")
    var generator = SeededGenerator(seed: seed)
    #expect(Self.zones.count > 300)
    var (granted, cut, renewed) = (0, 0, 0)
    for number in 0..<Self.casesCount {
      var scene = BoundedScene(zones: Self.zones, &generator)
      let lease: Lease
      do throws(Refusals) {
        lease = try scene.leases.grant(scene.leases.plainRequest)
      } catch {
        continue
      }
      granted += 1
      if lease.term.expiresAt < scene.leases.now + LeaseTerm.secondsUsual { cut += 1 }
      for fault in scene.faults(of: lease.term) {
        Issue.record("seed \(seed), case \(number): \(fault)")
      }
      let length = lease.term.expiresAt.microseconds(since: lease.term.issuedAt)
      scene.leases.now = lease.term.issuedAt.adding(
        microseconds: .random(in: 1..<max(2, length), using: &generator))
      do throws(Refusals) {
        let next = try scene.leases.renew(lease)
        renewed += 1
        for fault in scene.faults(of: next.term) {
          Issue.record("seed \(seed), case \(number), renewed: \(fault)")
        }
      } catch {
        continue
      }
    }
    print("P10: \(granted) granted, \(cut) of them cut short, \(renewed) renewed")
    #expect(granted > Self.casesCount / 2 && cut > Self.casesCount / 10)
    #expect(renewed > Self.casesCount / 4)
  }
}

extension LeaseScene {
  fileprivate var plainRequest: LeaseRequest {
    do {
      return try request()
    } catch {
      preconditionFailure("the sample host is one: \(error)")
    }
  }
}

/// A random instant and random ends near it, with hours in two random zones.
private struct BoundedScene {
  var leases = LeaseScene()
  /// Of the budget and of the site.
  private let hours: [(zone: Zone, windows: [Window])]
  private let ends: [(name: String, at: Timestamp)]

  init(zones: [Zone], _ generator: inout SeededGenerator) {
    let pair = (0..<2).map { _ in zones[Int.random(in: 0..<zones.count, using: &generator)] }
    let now = BoundedScene.instant(near: pair[0], &generator)
    leases.now = now
    leases.budget = Capacity(
      rate: Rate(microRPS: .random(in: 3_400...1_000_000, using: &generator)), burst: 4,
      concurrency: 4, workers: 4, dailyRequests: 1_000_000)
    hours = pair.map { zone in
      (zone, BoundedScene.windows(around: zone.local(now), &generator))
    }
    leases.budgetOpening = BoundedScene.opening(hours[0])
    leases.siteOpening = BoundedScene.opening(hours[1])
    leases.startsAt = now.adding(seconds: -86_400)
    var ends: [(name: String, at: Timestamp)] = []
    func end(_ name: String) -> Timestamp? {
      guard Int.random(in: 0..<5, using: &generator) == 0 else { return nil }
      let at = now.adding(microseconds: .random(in: 1...400_000_000, using: &generator))
      ends.append((name, at))
      return at
    }
    leases.endsAt = end("grant") ?? now + 86_400 * 30
    leases.keyEndsAt = end("key") ?? now + 86_400 * 30
    leases.evidenceExpiresAt = end("evidence")
    leases.replacedAt = end("replacement")
    self.ends = ends
  }

  /// Every instant at which the term should not run and does, in words.
  func faults(of term: LeaseTerm) -> [String] {
    let (start, end) = (term.issuedAt, term.expiresAt)
    var faults = ends.filter { end > $0.at }.map { "runs past the \($0.name), \($0.at)" }
    if end <= start { faults.append("ends at \(end), before it begins") }
    if end > start + LeaseTerm.secondsMost { faults.append("is longer than any term") }
    let length = end.microseconds(since: start)
    var instants = (0..<10).map { start.adding(microseconds: length * $0 / 10) }
    instants.append(end.adding(microseconds: -1))
    for (zone, windows) in hours {
      let day = zone.date(at: start)
      for instant in instants {
        let wall = zone.local(instant)
        if wall.date != day { faults.append("at \(instant) it is another day in \(zone.name)") }
        if !BoundedScene.isOpen(windows, at: wall) {
          faults.append("at \(instant) it is closed in \(zone.name): \(windows)")
        }
      }
    }
    return faults
  }

  /// A day of the years 2020 to 2037; every third time within two minutes of a clock change.
  private static func instant(near zone: Zone, _ generator: inout SeededGenerator) -> Timestamp {
    let first: Int64 = 1_577_836_800
    let any = first + Int64.random(in: 0..<18 * 31_557_600, using: &generator)
    var now = Timestamp(
      microseconds: any * 1_000_000 + .random(in: 0..<1_000_000, using: &generator))
    guard Int.random(in: 0..<3, using: &generator) == 0 else { return now }
    // The next change within a year, if there is one.
    for _ in 0..<52 where zone.offsetSeconds(at: now) == zone.offsetSeconds(at: now + 604_800) {
      now = now + 604_800
    }
    var (low, high) = (now.microseconds, now.microseconds + 604_800_000_000)
    guard zone.offsetSeconds(at: now) != zone.offsetSeconds(at: now + 604_800) else { return now }
    while high - low > 1 {
      let middle = (low + high) / 2
      let isBefore =
        zone.offsetSeconds(at: Timestamp(microseconds: middle)) == zone.offsetSeconds(at: now)
      if isBefore { low = middle } else { high = middle }
    }
    return Timestamp(microseconds: high).adding(
      microseconds: .random(in: -120_000_000...120_000_000, using: &generator))
  }

  /// None (any hour), or one that is open at the reading and often closes soon after it.
  private static func windows(
    around wall: LocalTime, _ generator: inout SeededGenerator
  ) -> [Window] {
    guard Int.random(in: 0..<5, using: &generator) > 0 else { return [] }
    let minute = Int((wall.microseconds - LocalTime(date: wall.date).microseconds) / 60_000_000)
    let isClosingSoon = Bool.random(using: &generator)
    let start = minute - Int.random(in: 0...300, using: &generator)
    let end = minute + 1 + Int.random(in: 0...(isClosingSoon ? 4 : 300), using: &generator)
    let opensOn = start < 0 ? wall.date.adding(days: -1) : wall.date
    let (from, to) = ((start + 1_440) % 1_440, end > 1_440 ? end - 1_440 : end)
    let days: [Weekday] =
      Bool.random(using: &generator) ? Weekday.allCases : [opensOn.weekday]
    do {
      return [
        try Window(days: days, start: ClockTime(minute: from), end: ClockTime(minute: to))
      ]
    } catch {
      return []
    }
  }

  private static func opening(_ hours: (zone: Zone, windows: [Window])) -> Opening {
    Opening(hours.windows.isEmpty ? .always : WindowSet(hours.windows), in: hours.zone)
  }

  /// Membership as the design says it, by the wall's reading and nothing else.
  private static func isOpen(_ windows: [Window], at wall: LocalTime) -> Bool {
    if windows.isEmpty { return true }
    let time = wall.microseconds - LocalTime(date: wall.date).microseconds
    let (today, yesterday) = (wall.date.weekday, wall.date.adding(days: -1).weekday)
    return windows.contains { window in
      let start = Int64(window.start.minute) * 60_000_000
      let end = Int64(window.end.minute) * 60_000_000
      if start < end { return window.days.contains(today) && time >= start && time < end }
      return window.days.contains(today) && time >= start
        || window.days.contains(yesterday) && time < end
    }
  }
}
