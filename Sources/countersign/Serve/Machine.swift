import Foundation

/// What the process runs on.
enum Machine {
  /// Processors that this process may use.
  static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
