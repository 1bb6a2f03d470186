package import Domain
package import Postgres
import Store

/// Reminds of an open seat, of a round about to lapse, or of a grant about to end: an event,
/// which webhooks carry on. Recorded once for each mark.
package struct RecordReminder: Command {
  private let reminder: Reminder

  package init(_ reminder: Reminder) {
    self.reminder = reminder
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    // Whoever decides, withdraws or revokes locks the proposal too: what is said here is so.
    guard let proposal = try await ProposalStore.lock(.id(reminder.proposal), in: tx),
      try await !ReminderStore.contains(reminder, in: tx),
      let ruling = try await ruling(on: proposal, by: act, in: tx)
    else { return }
    try await ReminderStore.record(ruling, in: tx)
  }

  private func ruling(
    on proposal: Proposal, by act: Act, in tx: borrowing Transaction
  ) async throws -> Ruling<Reminder>? {
    if let id = GrantID(reminder.object) {
      return try await GrantStore.find(id, in: tx)?.standing
        .reminded(reminder, by: act.actor, at: act.now)
    }
    return try await act.review(of: proposal, caller: nil, in: tx)
      .reminded(reminder, by: act.actor, at: act.now)
  }
}
