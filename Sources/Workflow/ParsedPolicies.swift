import Domain
import Ledger
import Postgres
import Store
import Synchronization

/// Policies as values, parsed once per process: the bytes under a digest never change.
enum ParsedPolicies {
  private static let known = Mutex<[Digest: Policy]>([:])

  /// The policy in force.
  static func active(
    in tx: borrowing Transaction
  ) async throws -> (version: Int64, policy: Policy) {
    guard let active = try await PolicyStore.active(in: tx) else {
      throw CallFailure.unavailable(reason: "no policy is in force yet", cause: nil)
    }
    return (active.version, try await policy(active.version, active.digest, in: tx))
  }

  /// The policy of a round.
  static func policy(_ version: Int64, in tx: borrowing Transaction) async throws -> Policy {
    guard let digest = try await PolicyStore.digest(of: version, in: tx) else {
      preconditionFailure("a round refers to a policy that is stored")
    }
    return try await policy(version, digest, in: tx)
  }

  private static func policy(
    _ version: Int64, _ digest: Digest, in tx: borrowing Transaction
  ) async throws -> Policy {
    if let policy = known.withLock({ $0[digest] }) { return policy }
    let json = try JSONParser.parse(try await PolicyStore.bytes(of: version, in: tx))
    let policy = try Policy(json: json)
    known.withLock { $0[digest] = policy }
    return policy
  }
}
