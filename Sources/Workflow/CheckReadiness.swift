import Domain
import Postgres
import Store

extension Service {
  /// Whether the database answers and has the schema this binary was made for.
  ///
  /// Error: `CallFailure.unavailable` that says what is missing.
  package func checkReadiness() async throws {
    let version = try await lookUnauthenticated {
      (tx: borrowing Transaction) async throws -> Int64 in
      try await ServiceStore.schemaVersion(in: tx)
    }
    guard version == settings.schemaVersion else {
      throw CallFailure.unavailable(
        reason: "the schema has version \(version), this binary needs "
          + "\(settings.schemaVersion): run countersign migrate", cause: nil)
    }
  }
}
