import Crypto

/// What the messages to one webhook are signed with, as Standard Webhooks says.
package struct WebhookSecret: Hashable, Sendable, CustomStringConvertible {
  /// 24 to 64.
  package let bytes: [UInt8]

  private static let prefix = "whsec_"
  private static let bytesRange = 24...64
  private static let bytesMade = 32

  /// Nil for another number of bytes.
  package init?(bytes: [UInt8]) {
    guard WebhookSecret.bytesRange.contains(bytes.count) else { return nil }
    self.bytes = bytes
  }

  /// Reads `whsec_` and base64.
  package init?(_ text: String) {
    guard text.hasPrefix(WebhookSecret.prefix),
      let bytes = Base64.paddedDecoded(Array(text.utf8.dropFirst(WebhookSecret.prefix.utf8.count)))
    else { return nil }
    self.init(bytes: bytes)
  }

  /// A new one from the system's random numbers.
  package static func make() -> WebhookSecret {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<bytesMade).map { _ in UInt8.random(in: 0...255, using: &generator) }
    guard let secret = WebhookSecret(bytes: bytes) else {
      preconditionFailure("it has the right number of bytes")
    }
    return secret
  }

  /// As the receiver is given it, once.
  package var text: String { WebhookSecret.prefix + Base64.paddedEncoded(bytes) }

  package var description: String { "redacted" }

  /// The value of `webhook-signature`: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
  ///
  /// - Parameter seconds: since 1970, as in `webhook-timestamp`.
  package func signature(id: String, seconds: Int64, body: [UInt8]) -> String {
    let signed = Array("\(id).\(seconds).".utf8) + body
    let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: bytes))
    return "v1," + Base64.paddedEncoded(Array(code))
  }
}
