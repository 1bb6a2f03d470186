import Foundation
import Testing

@Suite("many connections", .inTurn)
struct ConnectionsTests {
  private static let idleCount = 1_000
  private static let busyCount = 64
  private static let rounds: [(path: String, answersEach: Int)] = [
    ("/livez", 100), ("/v1/me", 20), ("/livez", 100), ("/v1/me", 20), ("/livez", 100),
  ]

  @Test(
    "1,000 idle connections beside 64 busy ones: nobody starves, memory stays flat, all is freed")
  func idleBesideBusy() async throws {
    let shared = try await RunningDev.shared.value
    let secret = shared.credentials.people["pm"]?.token
    // Fewer descriptors than connections, were the limit not raised.
    try await RunningServe.with(
      1, on: shared.credentials.databaseURL, limits: "-S -n 256"
    ) { replicas in
      let sight = ProcessSight(processID: try #require(replicas[0].program?.processID))
      let limits = try sight.descriptorLimits
      #expect(limits.soft == limits.hard)
      #expect(replicas[0].program?.errors.contains("found=256") == true)
      let url = replicas[0].baseURL
      let atStart = try sight.socketCount
      // Warm: every buffer and every connection to the database has been needed once.
      let busy = try await Crowd.of(ConnectionsTests.busyCount, to: url, asking: "/livez")
      try await busy.ask("/livez", times: 50)
      try await busy.ask("/v1/me", times: 5, secret: secret)
      let before = try sight.residentKiB
      let idle = try await Crowd.of(ConnectionsTests.idleCount, to: url, asking: "/livez")
      let opened = try sight.residentKiB
      let bytesEach = (opened - before) * 1_024 / ConnectionsTests.idleCount
      print("resident \(before) KiB, with the idle ones \(opened): \(bytesEach) bytes each")
      #expect(bytesEach <= 4_096)
      let connections = ConnectionsTests.idleCount + ConnectionsTests.busyCount
      let sockets = try sight.socketCount
      #expect(sockets == atStart + connections)

      var resident: [Int] = []
      for (path, times) in ConnectionsTests.rounds {
        let spread = try await busy.ask(path, times: times, secret: secret)
        checkSpread(spread, times, path)
        // Those that idled meanwhile are answered as well.
        try await idle.ask("/livez", times: 1)
        resident.append(try sight.residentKiB)
      }
      print("resident after each round: \(resident) KiB")
      #expect(resident[resident.count - 1] - resident[0] <= 4_096)

      busy.hangUp()
      idle.hangUp()
      try await becomes(atStart, sight)
      // A second crowd finds room in what the first one left.
      let second = try await Crowd.of(ConnectionsTests.idleCount, to: url, asking: "/livez")
      let again = try sight.residentKiB
      print("resident with a second crowd: \(again) KiB")
      #expect(again - resident[0] <= 4_096)
      second.hangUp()
      try await becomes(atStart, sight)
    }
  }

  @Test("where descriptors are few, a newcomer takes the place of who has been idle longest")
  func fewDescriptors() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningServe.with(
      1, on: shared.credentials.databaseURL, extra: ["COUNTERSIGN_LOOPS": "1"],
      limits: "-n 200"
    ) { replicas in
      let sight = ProcessSight(processID: try #require(replicas[0].program?.processID))
      let url = replicas[0].baseURL
      // 200, less 64 and what one loop and its connections to the database need.
      #expect(replicas[0].program?.errors.contains("clients_per_loop=120") == true)
      let atStart = try sight.socketCount
      let crowd = try await Crowd.of(300, to: url, asking: "/livez")
      #expect(try crowd.closed() == (0..<300).map { $0 < 180 })
      let sockets = try sight.socketCount
      #expect(sockets == atStart + 120)
      #expect(try await Client(Rotation { [url] }, secret: nil).get("/readyz").status == 200)
    }
  }

  @Test("without a descriptor left the longest idle connections go; without those a new one does")
  func noneLeft() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningServe.with(
      1, on: shared.credentials.databaseURL, extra: ["COUNTERSIGN_LOOPS": "1"]
    ) { replicas in
      let (replica, url) = (replicas[0], replicas[0].baseURL)
      let sight = ProcessSight(processID: try #require(replica.program?.processID))
      let before = try sight.descriptorLimits.soft

      // Nobody is there whose place a newcomer could take.
      try await limit(sight, to: "\(try sight.lowestFreeDescriptor)", in: replica.workplace)
      let refused = try RawConnection(to: url)
      #expect(try await offPool { try refused.readToEnd() }.isEmpty)

      try await limit(sight, to: before, in: replica.workplace)
      let old = try await Crowd.of(20, to: url, asking: "/livez")
      try await limit(sight, to: "\(try sight.lowestFreeDescriptor)", in: replica.workplace)
      let new = try await Crowd.of(5, to: url, asking: "/livez")
      #expect(try old.closed() == (0..<20).map { $0 < 5 })
      #expect(try new.closed() == Array(repeating: false, count: 5))
    }
  }

  /// Changes the limit of open files of a process that runs.
  private func limit(
    _ sight: ProcessSight, to count: String, in workplace: Workplace
  ) async throws {
    let program = try workplace.start(
      ["/usr/bin/prlimit", "--pid", "\(sight.processID)", "--nofile=\(count):"],
      environment: [:])
    #expect(try await program.end().code == 0)
  }

  @Test("too few descriptors to serve anybody are one line and a non-zero exit")
  func noDescriptors() async throws {
    let shared = try await RunningDev.shared.value
    let replica = try RunningServe(
      databaseURL: shared.credentials.databaseURL, limits: "-n 64")
    defer { replica.workplace.remove() }
    let program = try replica.launch()
    let end = try await program.end()
    #expect(end.code != 0)
    expectOneLine(program.errors, mentioning: "limit of open files is 64")
  }

  /// When the first connection has all its answers, none is far behind.
  private func checkSpread(_ spread: [Int], _ times: Int, _ path: String) {
    print("\(path): when one had \(times) answers, the others had \(spread.first ?? 0) at least")
    #expect(spread.count == ConnectionsTests.busyCount)
    #expect((spread.first ?? 0) * 10 >= times, "\(path): \(spread)")
  }

  private func becomes(_ socketCount: Int, _ sight: ProcessSight) async throws {
    let count = try await offPool {
      let deadline = Date(timeIntervalSinceNow: 20)
      while try sight.socketCount != socketCount, Date() < deadline { sched_yield() }
      return try sight.socketCount
    }
    #expect(count == socketCount)
  }
}
