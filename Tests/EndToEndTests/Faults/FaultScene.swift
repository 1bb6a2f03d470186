import Domain
import Foundation
import Testing

/// An instance under load whose database gets into trouble.
struct FaultScene: Sendable {
  let dev: RunningDev
  let plan: FaultPlan
  let traffic = Traffic()
  /// Where the database is without anything in between.
  let databaseURL: String
  private let testimony = Testimony()

  static let loops = 2
  static let connectionsOfLoop = 4
  /// Settings of the instance.
  static let settings = [
    "COUNTERSIGN_LOOPS": "\(loops)", "COUNTERSIGN_CONNECTIONS": "\(connectionsOfLoop)",
    "COUNTERSIGN_ACCESS_LOG": "off",
  ]
  private static let errandsAtOnce = 4

  init(_ dev: RunningDev, databaseURL: String? = nil) {
    self.dev = dev
    self.databaseURL = databaseURL ?? dev.credentials.databaseURL
    plan = FaultPlan()
  }

  /// Makes the trouble under load and checks that it did no harm: no wrong answer, none lost, the
  /// process alive throughout, ready afterwards, with no descriptor and no connection more.
  func check(_ trouble: (FaultScene) async throws -> Void) async throws {
    print("trouble: \(plan.words)")
    let program = try #require(dev.program)
    let baseURL = dev.credentials.baseURL
    let before = try await census(of: program)
    let stream = Stream(
      traffic: traffic, testimony: testimony, seed: plan.seed, dev: dev,
      address: { baseURL })
    let vigil = Vigil(Stage(dev: dev).nobody)
    try await vigil.keeping {
      try await stream.running(errandsAtOnce: FaultScene.errandsAtOnce) {
        try await calls(20, \.definite)
        try await trouble(self)
        try await becomesReady()
        try await calls(20, \.definite)
      }
    }
    print("\(traffic.counts), \(vigil.counts)")
    #expect(vigil.counts.lives > 0 && vigil.counts.ready > 0)
    // It was told of every trouble; none was the process's own.
    #expect(!program.hasEnded && traffic.counts.lost == 0 && traffic.counts.unavailable > 0)
    #expect(!program.errors.contains("incident"), "\(program.errors)")
    try await returns(to: before, program)
    let second = try await connect()
    try await testimony.check(against: second, plan.words)
    try await Audit.check(second, plan.words)
  }

  /// Waits for so many more.
  func calls(
    _ count: Int, _ kind: any KeyPath<Traffic.Counts, Int> & Sendable
  ) async throws {
    try await traffic.reach(traffic.counts[keyPath: kind] + count, of: kind)
  }

  /// A connection of the test's own.
  func connect() async throws -> SecondConnection {
    try await offPool { [databaseURL] in try SecondConnection(url: databaseURL) }
  }

  /// Asks until it is ready.
  func becomesReady() async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    while try await Stage(dev: dev).nobody.get("/readyz").status != 200 {
      try #require(Date() < deadline, "not ready 60 s after the trouble is over")
      await Client.pause(milliseconds: 10)
    }
  }

  private func census(of program: Program) async throws -> Census {
    let (second, baseURL) = (try await connect(), dev.credentials.baseURL)
    return try await offPool { try Census(of: program, at: baseURL, on: second) }
  }

  private func returns(to before: Census, _ program: Program) async throws {
    let deadline = Date(timeIntervalSinceNow: 60)
    var now = try await census(of: program)
    while now.descriptors != before.descriptors, Date() < deadline {
      await Client.pause(milliseconds: 50)
      now = try await census(of: program)
    }
    #expect(now.descriptors == before.descriptors, "\(before), then \(now)")
    #expect(now.sessions <= FaultScene.loops * FaultScene.connectionsOfLoop)
  }
}
