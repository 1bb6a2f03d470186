import Foundation

/// How often the server is killed, and the seed of everything random; from the environment.
struct FaultPlan: Sendable {
  let kills: Int
  let seed: UInt64

  private static let killsUsual = 50

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    kills = environment["COUNTERSIGN_KILLS"].flatMap { Int($0) } ?? FaultPlan.killsUsual
    seed =
      environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) } ?? .random(in: .min ... .max)
  }

  /// How to run the same again.
  var words: String { "COUNTERSIGN_KILLS=\(kills) COUNTERSIGN_SEED=\(seed)" }
}
