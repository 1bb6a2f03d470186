import CountersignTesting
import Foundation
import Testing
import Workflow

/// Random histories against the reference model: people, roles, edits, decisions, retractions,
/// locks and time. Every answer and every state has to be the model's, and no grant may lack the
/// quorum of its round.
@Suite("the lifecycle against a reference model")
struct HistoryTests {
  private static let batches = 6

  @Test("random histories go as the model says, and no grant lacks its quorum")
  func histories() async throws {
    let environment = ProcessInfo.processInfo.environment
    let count = environment["COUNTERSIGN_HISTORIES"].flatMap { Int($0) } ?? 100
    let first =
      environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 40)
    print("lifecycle: COUNTERSIGN_HISTORIES=\(count) COUNTERSIGN_SEED=\(first)")
    try await withThrowingTaskGroup(of: HistoryTally.self) { group in
      for batch in 0..<min(Self.batches, count) {
        let seeds = stride(from: batch, to: count, by: Self.batches).map { first &+ UInt64($0) }
        group.addTask { try await Self.run(seeds) }
      }
      var total = HistoryTally()
      for try await tally in group { total.add(tally) }
      print("lifecycle: \(total)")
      if count >= 100 { #expect(total.isTelling) }
    }
  }

  private static func run(_ seeds: [UInt64]) async throws -> HistoryTally {
    try await TestService.with { service, clock in
      var batch = try await HistoryBatch(service, clock)
      var tally = HistoryTally()
      for seed in seeds {
        tally.add(try await batch.run(seed: seed))
      }
      return tally
    }
  }
}
