import Domain
import Testing
import Tokens

@Suite("Keys")
struct KeyTests {
  @Test("a key reads back from its PEM file", arguments: Algorithm.allCases)
  func pem(algorithm: Algorithm) throws {
    let key = SigningKey.make(algorithm)
    let again = try #require(SigningKey(pem: key.pem))
    #expect(again.kid == key.kid)
    #expect(again.algorithm == algorithm)
    #expect("\(key)" == "redacted")
    #expect(SigningKey(pem: String(key.pem.dropFirst(30))) == nil)
    #expect(SigningKey(pem: "") == nil)
  }

  @Test("the key of RFC 8037 has the thumbprint printed there")
  func thumbprint() throws {
    let jwk: JSON = [
      "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ]
    let key = try #require(VerifyingKey(jwk: jwk))
    #expect(key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
  }

  @Test("a JWK reads back; one of another kind, curve, use or with a private part does not")
  func jwk() throws {
    for algorithm in Algorithm.allCases {
      let key = SigningKey.make(algorithm).verifyingKey
      #expect(VerifyingKey(jwk: key.jwk)?.kid == key.kid)
      guard case .object(let good) = key.jwk else { return }
      let table: [(String, JSON?)] = [
        ("kty", "RSA"), ("crv", "P-384"), ("use", "enc"), ("d", "AAAA"), ("alg", "HS256"),
        ("x", "AAAA"), ("x", nil), ("kty", nil),
      ]
      for (name, value) in table {
        var members = good
        members[name] = value
        #expect(VerifyingKey(jwk: .object(members)) == nil, "\(name)")
      }
    }
  }

  @Test("the key set lists every key once, by kid")
  func keySet() throws {
    let keys = [SigningKey.make(.es256), SigningKey.make(.edDSA)].map(\.verifyingKey)
    let set = KeySet(keys + keys)
    #expect(set.keys.count == 2)
    #expect(
      set.json == ["keys": .array(keys.sorted { $0.kid < $1.kid }.map(\.jwk))])
  }
}
