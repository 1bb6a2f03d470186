package import Domain
package import Postgres
import Store
package import Workflow

/// Every few minutes: bytes of uploads that a killed process left behind go.
package struct ForgetUploadsChore: Chore {
  package let name = "forget_uploads"
  package let everySeconds: Int64 = 600

  package init() {}

  package func due(
    limit: Int64, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [FileID] {
    try await FileStore.abandoned(
      before: now.adding(seconds: -AttachedFile.uploadSeconds), limit: limit, in: tx)
  }

  package func command(for subject: FileID) -> DiscardUpload { DiscardUpload(subject) }
}
