import Foundation

/// How much a test with faults does, and the seed of everything random; from the environment.
struct FaultPlan: Sendable {
  let count: Int
  let seed: UInt64
  private let variable: String

  /// - Parameters:
  ///   - variable: says how many.
  ///   - usual: how many where it does not.
  init(
    _ variable: String = "COUNTERSIGN_KILLS", usual: Int = 50,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.variable = variable
    count = environment[variable].flatMap { Int($0) } ?? usual
    seed =
      environment["COUNTERSIGN_SEED"].flatMap { UInt64($0) } ?? .random(in: .min ... .max)
  }

  /// How to run the same again.
  var words: String { "\(variable)=\(count) COUNTERSIGN_SEED=\(seed)" }
}
