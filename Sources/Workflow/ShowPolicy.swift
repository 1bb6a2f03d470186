package import Domain
package import Postgres
import Store

/// Versions of the policy, newest first, proposed ones among them.
package struct ListPolicies: Query {
  private let before: Int64
  private let limit: Int

  package init(before: Int64?, limit: Int) {
    self.before = before ?? Int64.max
    self.limit = limit
  }

  package func run(
    by act: Act, in tx: borrowing Transaction
  ) async throws -> [PolicyRecord] {
    _ = try act.person()
    return try await PolicyStore.list(before: before, limit: Int64(limit), in: tx)
  }
}

/// One version with its exact bytes.
package struct ShowPolicy: Query {
  package struct Output: Sendable {
    package let record: PolicyRecord
    /// RFC 8785.
    package let bytes: [UInt8]
  }

  private let version: Int64?

  /// - Parameter version: nil for a number that cannot exist.
  package init(version: Int64?) {
    self.version = version
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let record = try await act.policy(version, in: tx)
    _ = try act.person()
    return Output(
      record: record, bytes: try await PolicyStore.bytes(of: record.version, in: tx))
  }
}

/// What one version changes against another.
package struct DiffPolicies: Query {
  package struct Output: Sendable {
    package let from: Int64
    package let to: Int64
    package let diff: PolicyDiff
  }

  private let version: Int64?
  private let against: Int64?

  /// - Parameter against: nil for the version in force, or for the one before where that is the
  ///   version itself.
  package init(version: Int64?, against: Int64?) {
    self.version = version
    self.against = against
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let new = try await act.policy(version, in: tx)
    let before = new.status == .active ? max(1, new.version - 1) : new.inForce
    let old = try await act.policy(against ?? before, in: tx)
    _ = try act.person()
    return Output(
      from: old.version, to: new.version,
      diff: PolicyDiff(
        from: try await ParsedPolicies.policy(old.version, in: tx),
        to: try await ParsedPolicies.policy(new.version, in: tx)))
  }
}
