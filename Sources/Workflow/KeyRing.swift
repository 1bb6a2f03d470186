import Synchronization
package import Tokens

/// What this replica signs tokens with now.
package final class KeyRing: Sendable {
  private let current: Mutex<SigningKey?>

  package init(signer: SigningKey? = nil) {
    current = Mutex(signer)
  }

  func turn(to key: SigningKey?) { current.withLock { $0 = key } }

  var signer: SigningKey? { current.withLock { $0 } }
}

extension Service {
  /// The key whose turn it is.
  ///
  /// Error: `CallFailure.unavailable` while no key has been published long enough.
  package var signingKey: SigningKey {
    get throws(CallFailure) {
      guard let key = keyRing.signer else {
        throw .unavailable(
          reason: "no token key of this replica has been published long enough", cause: nil)
      }
      return key
    }
  }
}
