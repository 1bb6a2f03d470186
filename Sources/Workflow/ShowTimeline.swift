package import Domain
package import Postgres
import Store

/// One event of a proposal's story.
package struct TimelineEntry: Sendable {
  package let place: TimelinePlace
  /// The event itself.
  package let event: JSON
  /// Of the person, pool or gateway that acted; nil for the service.
  package let actorName: String?
  package let reason: String?
}

/// What the log says of a proposal, its rounds, decisions and grants, of the stops that cover it
/// and of the incidents that are about it; oldest first.
package struct ShowTimeline: Query {
  private let proposal: ProposalReference
  private let after: TimelinePlace
  private let limit: Int

  package init(proposal: ProposalReference, after: TimelinePlace?, limit: Int) {
    self.proposal = proposal
    self.after = after ?? .start
    self.limit = limit
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [TimelineEntry] {
    let found = try await act.find(proposal, in: tx)
    let hosts = try await TimelineStore.hosts(of: found.id, in: tx)
      .compactMap { Host(pattern: $0) }
    let entries = try await TimelineStore.events(
      of: found.id, names: Set(hosts.flatMap(\.selfAndParents).map(\.text)).sorted(),
      after: after, limit: Int64(limit), in: tx)
    let decisions = try await DecisionStore.all(of: found.id, in: tx).values.joined()
    let reasons = Dictionary(
      decisions.map { ($0.id.text, $0.reason) }, uniquingKeysWith: { first, _ in first })
    return try entries.map { entry in
      let event = try JSONParser.parse(entry.bytes)
      let decision = event.decision.flatMap { reasons[$0] } ?? nil
      return TimelineEntry(
        place: entry.place, event: event, actorName: entry.actorName,
        reason: entry.reason ?? decision)
    }
  }
}

extension JSON {
  /// The decision that an event is about.
  fileprivate var decision: String? {
    guard case .object(let members) = self, case .object(let detail)? = members["detail"],
      case .string(let id)? = detail["decision"]
    else { return nil }
    return id
  }
}
