import Domain
import Postgres
import Store

extension Service {
  /// The act of whoever holds the caller's secret.
  ///
  /// Error: `CallFailure.unauthenticated` for an unknown, revoked or expired secret and for a
  /// deactivated person; the reasons differ only in words.
  func authenticate(_ caller: Caller, in tx: borrowing Transaction) async throws -> Act {
    try act(
      of: caller, with: try await CredentialStore.find(secretHash: caller.secretHash, in: tx))
  }

  /// The same, once the credential has been read.
  func act(of caller: Caller, with credential: Credential?) throws(CallFailure) -> Act {
    guard let credential else {
      throw CallFailure.unauthenticated(reason: "the token is not known")
    }
    let now = clock.read(credential.now)
    guard credential.revokedAt == nil else {
      throw CallFailure.unauthenticated(reason: "the token was revoked")
    }
    guard now < credential.expiresAt else {
      throw CallFailure.unauthenticated(reason: "the token expired")
    }
    let (subject, method): (Actor.Subject, Actor.Method)
    switch credential.holder {
    case .person(let person, _):
      guard person.active else {
        throw CallFailure.unauthenticated(reason: "the account is not active")
      }
      (subject, method) = (.person(person.id), .personalToken)
    case .pool(let id, _, _): (subject, method) = (.pool(id), .poolKey)
    case .gateway(let id, _): (subject, method) = (.gateway(id), .gatewayKey)
    }
    return Act(
      actor: Actor(
        subject: subject, method: method, credential: credential.id, request: caller.trace),
      holder: credential.holder, now: now, credentialExpiresAt: credential.expiresAt,
      service: self)
  }
}
