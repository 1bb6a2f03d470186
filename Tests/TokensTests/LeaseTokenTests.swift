import Domain
import Foundation
import Testing
import Tokens

@Suite("Lease token")
struct LeaseTokenTests {
  static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  @Test("a signed token verifies to the same claims", arguments: Algorithm.allCases)
  func roundTrip(algorithm: Algorithm) throws {
    let key = SigningKey.make(algorithm)
    let claims = sampleClaims()
    let token = try LeaseToken.signed(claims, with: key)
    #expect(try LeaseToken.verified(token, keys: [key.kid: key.verifyingKey]) == claims)
    #expect(token.utf8.count < CompactJWS.bytesMax)
  }

  @Test("claims stand in the fixed order, times in whole seconds, exp rounded down")
  func claimsOrder() throws {
    let claims = sampleClaims()
    guard case .object(let members) = claims.json else { return }
    #expect(
      members.members.map(\.name).joined(separator: " ")
        == "iss aud sub jti lease term iat nbf exp proposal grant digest hosts paths methods "
        + "rate_urps interval_ns burst concurrency quota day epoch")
    #expect(members["exp"] == JSON(1_790_000_060))
    #expect(members["interval_ns"] == JSON(4_000_000_000))
    #expect(members["jti"] == .string("\(claims.lease).3"))
  }

  @Test("P18: any byte of a token changed: refused", arguments: Algorithm.allCases)
  func anyByteChanged(algorithm: Algorithm) throws {
    let key = SigningKey.make(algorithm)
    let bytes = Array(try LeaseToken.signed(sampleClaims(), with: key).utf8)
    for index in bytes.indices {
      for replacement in [Self.alphabet[(index * 7) % 64], UInt8(ascii: "="), UInt8(ascii: ".")]
      where replacement != bytes[index] {
        var changed = bytes
        changed[index] = replacement
        expectRefused(changed, key, "byte \(index)")
      }
    }
  }

  @Test("P18: any bit of a token flipped: refused", arguments: Algorithm.allCases)
  func anyBitFlipped(algorithm: Algorithm) throws {
    let key = SigningKey.make(algorithm)
    let bytes = Array(try LeaseToken.signed(sampleClaims(), with: key).utf8)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        // Text is the form in which a token comes; half a character becomes another one.
        expectRefused(changed, key, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test("P18: any byte of a token left out, doubled or exchanged with the next: refused")
  func anyByteMoved() throws {
    let key = SigningKey.make(.es256)
    let bytes = Array(try LeaseToken.signed(sampleClaims(), with: key).utf8)
    for index in bytes.indices {
      var shorter = bytes
      shorter.remove(at: index)
      expectRefused(shorter, key, "without byte \(index)")
      var longer = bytes
      longer.insert(bytes[index], at: index)
      expectRefused(longer, key, "twice byte \(index)")
      guard index > 0, bytes[index] != bytes[index - 1] else { continue }
      var exchanged = bytes
      exchanged.swapAt(index, index - 1)
      expectRefused(exchanged, key, "exchanged at byte \(index)")
    }
  }

  @Test("P18: every signature with a number out of its range is refused")
  func signatureRanges() throws {
    let key = SigningKey.make(.es256)
    let token = try LeaseToken.signed(sampleClaims(), with: key)
    let parts = token.split(separator: ".")
    let order = try #require(
      [UInt8](hex: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"))
    let (zero, one) = (
      Array(repeating: UInt8(0), count: 32), [UInt8](repeating: 0, count: 31) + [1]
    )
    let most = Array(repeating: UInt8(255), count: 32)
    for r in [zero, order, most] {
      for s in [zero, one, order, most] {
        for signature in [r + s, s + r] {
          let forged = "\(parts[0]).\(parts[1])." + base64URL(signature)
          expectRefused(Array(forged.utf8), key, "\(signature)")
        }
      }
    }
  }

  @Test("a member that stands twice is refused, in the header and among the claims")
  func duplicates() throws {
    let key = SigningKey.make(.edDSA)
    let keys = [key.kid: key.verifyingKey]
    let claims = String(decoding: sampleClaims().json.bytes(), as: UTF8.self)
    let header = #"{"alg":"EdDSA","kid":"\#(key.kid)","typ":"countersign-lease+jwt"}"#
    let good = try signed(header, claims, key)
    _ = try LeaseToken.verified(good, keys: keys)
    let twiceTyped = header.dropLast() + #","typ":"countersign-lease+jwt"}"#
    let first = try signed(String(twiceTyped), claims, key)
    #expect(throws: TokenError.badHeader) { try LeaseToken.verified(first, keys: keys) }
    let twiceEnding = claims.dropLast() + #","epoch":0}"#
    let second = try signed(header, String(twiceEnding), key)
    #expect(throws: TokenError.badClaims) { try LeaseToken.verified(second, keys: keys) }
  }

  @Test("one signature, in compact form: no JSON form, no further part, no padding, no space")
  func forms() throws {
    let key = SigningKey.make(.es256)
    let token = try LeaseToken.signed(sampleClaims(), with: key)
    let parts = token.split(separator: ".").map(String.init)
    let general =
      #"{"payload":"\#(parts[1])","signatures":[{"protected":"\#(parts[0])","#
      + #""signature":"\#(parts[2])"}]}"#
    for text in [
      general, token + "." + parts[2], token + ".", "." + token, parts[0] + "." + parts[1],
      token + "=", token + "==", token + "\n", " " + token, token + "\u{0}",
      parts[0] + ".." + parts[2], "",
    ] {
      expectRefused(Array(text.utf8), key, text)
    }
  }

  private func expectRefused(_ bytes: [UInt8], _ key: SigningKey, _ what: String) {
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(throws: TokenError.self, "\(what)") {
      try LeaseToken.verified(text, keys: [key.kid: key.verifyingKey])
    }
  }

  private func signed(_ header: String, _ payload: String, _ key: SigningKey) throws -> String {
    let input = base64URL(Array(header.utf8)) + "." + base64URL(Array(payload.utf8))
    return input + "." + base64URL(try key.signature(over: Array(input.utf8)))
  }

  private func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  @Test("a header that says anything else is refused")
  func headers() throws {
    let key = SigningKey.make(.es256)
    let keys = [key.kid: key.verifyingKey]
    let good: JSONObject = [
      "alg": "ES256", "kid": .string(key.kid), "typ": "countersign-lease+jwt",
    ]
    let table: [(String, JSON?, TokenError)] = [
      ("typ", "JWT", .wrongType), ("typ", nil, .wrongType),
      ("typ", "Countersign-Lease+JWT", .wrongType), ("alg", "none", .wrongAlgorithm),
      ("alg", "HS256", .wrongAlgorithm), ("alg", "EdDSA", .wrongAlgorithm),
      ("alg", nil, .badHeader), ("kid", "other", .unknownKey), ("kid", nil, .badHeader),
      ("kid", 1, .badHeader), ("crit", ["exp"], .criticalExtension),
      ("jwk", key.verifyingKey.jwk, .embeddedKey), ("jku", "https://evil.example", .embeddedKey),
      ("x5c", [], .embeddedKey), ("b64", false, .criticalExtension), ("cty", "JWT", .badHeader),
    ]
    for (name, value, error) in table {
      var header = good
      header[name] = value
      let token = try CompactJWS.signed(
        header: header, payload: sampleClaims().json.bytes(), with: key)
      #expect(throws: error, "\(name)") { try LeaseToken.verified(token, keys: keys) }
    }
  }

  @Test("claims that are not exactly a lease's are refused though signed")
  func claims() throws {
    let key = SigningKey.make(.edDSA)
    let keys = [key.kid: key.verifyingKey]
    guard case .object(let good) = sampleClaims().json else { return }
    let table: [(String, JSON?)] = [
      ("aud", ["demo"]), ("aud", nil), ("exp", "1"), ("rate_urps", -1), ("rate_urps", nil),
      ("extra", 1), ("jti", "x"), ("interval_ns", 1), ("nbf", 0), ("hosts", "a"),
    ]
    for (name, value) in table {
      var members = good
      members[name] = value
      let token = try CompactJWS.signed(
        header: [
          "alg": "EdDSA", "kid": .string(key.kid), "typ": .string(LeaseToken.type),
        ], payload: JSON.object(members).bytes(), with: key)
      #expect(throws: TokenError.badClaims, "\(name)") {
        try LeaseToken.verified(token, keys: keys)
      }
    }
  }

  @Test("a token of 4096 bytes is looked at, one byte more is not")
  func length() {
    let most = String(repeating: "a", count: CompactJWS.bytesMax)
    #expect(throws: TokenError.notThreeParts) { try CompactJWS(most) }
    #expect(throws: TokenError.tooLong) { try CompactJWS(most + "a") }
  }
}
