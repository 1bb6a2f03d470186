import Testing
import Tokens

@Suite("webhook secrets")
struct WebhookSecretTests {
  @Test("the signature of the example of Standard Webhooks' libraries")
  func vector() throws {
    let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let body = Array(#"{"test": 2432232314}"#.utf8)
    #expect(
      secret.signature(id: "msg_p5jXN8AQM9LWM0D4loKWxJek", seconds: 1_614_265_330, body: body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test("another id, second, byte or secret has another signature")
  func others() {
    let secret = WebhookSecret.make()
    let one = secret.signature(id: "a", seconds: 1, body: [1])
    #expect(one != secret.signature(id: "b", seconds: 1, body: [1]))
    #expect(one != secret.signature(id: "a", seconds: 2, body: [1]))
    #expect(one != secret.signature(id: "a", seconds: 1, body: [2]))
    #expect(one != WebhookSecret.make().signature(id: "a", seconds: 1, body: [1]))
  }

  @Test("a secret is read as it is written, and shown to nobody else")
  func text() {
    let secret = WebhookSecret.make()
    #expect(secret.bytes.count == 32 && secret.text.hasPrefix("whsec_"))
    #expect(WebhookSecret(secret.text) == secret)
    #expect("\(secret)" == "redacted")
    #expect(WebhookSecret("whsec_AAAA") == nil && WebhookSecret("MfKQ9r8G") == nil)
  }

  @Test("what is sealed opens with its key for its purpose only")
  func sealed() throws {
    let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    let key = try #require(SealingKey(text))
    let sealed = try key.sealed([1, 2, 3], for: "a")
    #expect(sealed != (try key.sealed([1, 2, 3], for: "a")))
    #expect(try key.opened(sealed, for: "a") == [1, 2, 3])
    #expect(throws: (any Error).self) { try key.opened(sealed, for: "b") }
    let other = try #require(SealingKey("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
    #expect(throws: (any Error).self) { try other.opened(sealed, for: "a") }
    #expect(other.name != key.name && key.name.count == 16)
    var changed = sealed
    changed[20] ^= 1
    let forged = changed
    #expect(throws: (any Error).self) { try key.opened(forged, for: "a") }
    #expect(SealingKey("AAECAwQF") == nil && SealingKey(text + "=") == nil)
  }
}
