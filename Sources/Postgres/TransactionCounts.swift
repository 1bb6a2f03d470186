internal import Synchronization

/// How the transactions of one pool ended. They may end off its loop.
struct TransactionCounts: ~Copyable, Sendable {
  static let outcomes = ["committed", "rolled_back", "unknown"]

  private let committedCount = Atomic<Int>(0)
  private let rolledBackCount = Atomic<Int>(0)
  private let unknownCount = Atomic<Int>(0)

  func committed() { committedCount.add(1, ordering: .relaxed) }

  func failed(_ error: any Error) {
    if error as? DatabaseError == .commitUnknown {
      unknownCount.add(1, ordering: .relaxed)
    } else {
      rolledBackCount.add(1, ordering: .relaxed)
    }
  }

  func count(of outcome: String) -> Int {
    switch outcome {
    case "committed": committedCount.load(ordering: .relaxed)
    case "unknown": unknownCount.load(ordering: .relaxed)
    default: rolledBackCount.load(ordering: .relaxed)
    }
  }
}
