package import Domain
package import Postgres
import Store
package import Workflow

/// Every minute: reminders of open seats, of rounds about to lapse and of grants about to end.
package struct RemindChore: Chore {
  package let name = "remind"
  package let everySeconds: Int64 = 60

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [Reminder] {
    try await ReminderStore.due(limit: limit, at: now, in: tx)
  }

  package func command(for subject: Reminder) -> RecordReminder { RecordReminder(subject) }
}
