import Domain
import Testing
import Tokens

@Suite("Secret")
struct SecretTests {
  @Test("a secret reads as itself and says whose it is", arguments: Secret.Kind.allCases)
  func parses(kind: Secret.Kind) throws {
    let secret = Secret.make(kind)
    let parsed = try #require(Secret(parsing: secret.text))
    #expect(parsed.kind == kind)
    #expect(parsed.text == secret.text)
    #expect(secret.text.hasPrefix(kind.rawValue + "_"))
    #expect(secret.text.utf8.count == 42)
    #expect(parsed.matches(secret.hash))
    #expect(!parsed.matches(Secret.make(kind).hash))
    #expect("\(secret)" == "redacted")
  }

  @Test("a secret with any one character changed, dropped or added is refused")
  func mutations() {
    let text = Array(Secret.make(.person).text.utf8)
    for index in text.indices {
      var changed = text
      changed[index] = changed[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
      #expect(Secret(parsing: String(decoding: changed, as: UTF8.self)) == nil, "\(index)")
      var shorter = text
      shorter.remove(at: index)
      #expect(Secret(parsing: String(decoding: shorter, as: UTF8.self)) == nil)
      var longer = text
      longer.insert(UInt8(ascii: "0"), at: index)
      #expect(Secret(parsing: String(decoding: longer, as: UTF8.self)) == nil)
    }
    #expect(Secret(parsing: "") == nil)
    #expect(Secret(parsing: String(decoding: text, as: UTF8.self).uppercased()) == nil)
  }

  @Test("two secrets are never the same")
  func distinct() {
    #expect(Set((0..<1_000).map { _ in Secret.make(.pool).text }).count == 1_000)
  }
}
