package import Domain
package import Postgres
import Store

/// Prunes the journal of terms that are over: what was sent stays by the minute.
package struct PruneTerms: Command {
  /// Leases that are pruned together, in order of id.
  package struct Batch: Hashable, Sendable, CustomStringConvertible {
    package let leases: [LeaseID]
    /// Terms that ran out before.
    package let end: Timestamp

    package var description: String { "\(leases.first?.text ?? "") \(leases.count)" }
  }

  /// How long terms are kept where nobody says otherwise: for looking at what just went on.
  package static let keptSecondsUsual = 900
  /// For as long a chain that goes on needs them.
  package static let keptSecondsLeast = 600
  package static let keptSecondsMost = 31 * 86_400

  private let batch: Batch

  package init(_ batch: Batch) {
    self.batch = batch
  }

  /// - Parameter end: for terms that ran out before.
  package static func due(
    before end: Timestamp, limit: Int64, in tx: borrowing Transaction
  ) async throws -> [Batch] {
    let most = Int(TermStore.leasesMax)
    let leases = try await TermStore.due(
      before: end, limit: limit * TermStore.leasesMax, in: tx)
    return stride(from: 0, to: leases.count, by: most).map { start in
      Batch(leases: Array(leases[start..<min(start + most, leases.count)]), end: end)
    }
  }

  /// How many terms were pruned.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Int {
    try await TermStore.prune(batch.leases, before: batch.end, at: act.now, in: tx)
  }
}
