import Domain
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

  @Test("P18 any byte of a token changed: refused", arguments: Algorithm.allCases)
  func anyByteChanged(algorithm: Algorithm) throws {
    let key = SigningKey.make(algorithm)
    let bytes = Array(try LeaseToken.signed(sampleClaims(), with: key).utf8)
    for index in bytes.indices {
      for replacement in [Self.alphabet[(index * 7) % 64], UInt8(ascii: "="), UInt8(ascii: ".")]
      where replacement != bytes[index] {
        var changed = bytes
        changed[index] = replacement
        let text = String(decoding: changed, as: UTF8.self)
        #expect(throws: TokenError.self, "byte \(index)") {
          try LeaseToken.verified(text, keys: [key.kid: key.verifyingKey])
        }
      }
    }
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
