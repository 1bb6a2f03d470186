package import Domain
import Ledger
package import Postgres
import Store

/// An administrator proposes a rule set; nothing counts it yet.
package struct ProposePolicy: Command {
  private let policy: Result<Policy, InvalidBody>

  package init(policy: Result<Policy, InvalidBody>) {
    self.policy = policy
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> PolicyRecord {
    let policy = try policy.get()
    let administrator = try act.person(holding: [.administrator]).person
    let bytes = try policy.json.canonicalBytes()
    try await PolicyStore.lock(in: tx)
    let ruling = PolicyProposal.proposed(
      bytes, digest: Digest.sha256(of: bytes), after: try await PolicyStore.last(in: tx),
      by: administrator.id, actor: act.actor, at: act.now)
    try await PolicyStore.record(ruling, in: tx)
    return try await act.policy(ruling.subject.version, in: tx)
  }
}

/// One of two administrators puts a proposed version in force.
package struct ActivatePolicy: Command {
  package enum Output: Hashable, Sendable {
    case active(PolicyRecord)
    case awaitingSecond(PolicyRecord, PolicySignature)
  }

  private let version: Int64?
  private let digest: Result<Digest?, InvalidBody>

  /// - Parameters:
  ///   - version: nil for a number that cannot exist.
  ///   - digest: the one that the administrator read, where one was sent.
  package init(version: Int64?, digest: Result<Digest?, InvalidBody>) {
    self.version = version
    self.digest = digest
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    _ = try await act.policy(version, in: tx)
    let digest = try digest.get()
    let administrator = try act.person(holding: [.administrator]).person
    try await PolicyStore.lock(in: tx)
    let record = try await act.policy(version, in: tx)
    // Nobody loses the role or the account between this judgement and its COMMIT.
    let people = record.signatures.map(\.person) + [administrator.id]
    try await PeopleStore.hold(people, in: tx)
    let signers = try await SignerStore.find(people, in: tx)
    guard signers[administrator.id]?.roles[.administrator] != nil else {
      throw Refusals(.roleMissing(anyOf: [.administrator]))
    }
    let ruling = try record.signed(
      echoing: digest, by: administrator, signers: signers, actor: act.actor, at: act.now)
    try await PolicyStore.record(ruling, in: tx)
    let signed = try await act.policy(version, in: tx)
    return ruling.subject.first == nil
      ? .awaitingSecond(signed, ruling.subject.signature) : .active(signed)
  }
}

extension Act {
  /// A version of the policy, proposed or in force.
  func policy(
    _ version: Int64?, in tx: borrowing Transaction
  ) async throws -> PolicyRecord {
    guard let version, let record = try await PolicyStore.find(version, in: tx) else {
      throw Refusals(
        .notFound(kind: "policy", id: version.map { String($0) } ?? "of this number"))
    }
    return record
  }
}
