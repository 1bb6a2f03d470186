import Domain
package import Postgres
import Store

/// Ends a token (its person or an administrator) or a key (an administrator), for good.
package struct RevokeCredential: Command {
  package let id: String

  /// `id` is that of a token (`tok_…`) or a key (`key_…`).
  package init(id: String) {
    self.id = id
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    let isToken = TokenID(id) != nil
    let missing = Refusals(.notFound(kind: isToken ? "token" : "key", id: id))
    guard let credential = try await CredentialStore.lock(id, in: tx) else { throw missing }
    let (person, roles) = try act.person()
    if isToken, credential.person != person.id, !roles.contains(.administrator) {
      throw missing
    }
    if !isToken { try act.person(holding: [.administrator]) }
    guard credential.revokedAt == nil else { return }
    try await CredentialStore.revoke(credential.revoked(by: act.actor, at: act.now), in: tx)
  }
}
