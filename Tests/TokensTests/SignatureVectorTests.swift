import Domain
import Testing
import Tokens

@Suite("Signature vectors")
struct SignatureVectorTests {
  @Test(
    "Ed25519: every vector ends as it should",
    .enabled(if: areThere("ed25519_wycheproof.json")))
  func ed25519() throws {
    for row in try rows("ed25519_wycheproof.json") {
      let key = VerifyingKey(ed25519: try bytes(row[1]))
      let isValid = key?.isValid(signature: try bytes(row[3]), over: try bytes(row[2])) ?? false
      #expect(isValid == (row[4] == 1), "\(row[0])")
    }
    #expect(try rows("ed25519_wycheproof.json").count == 151)
  }

  @Test(
    "ES256: every vector ends as it should",
    .enabled(if: areThere("es256_p1363_wycheproof.json")))
  func es256() throws {
    for row in try rows("es256_p1363_wycheproof.json") {
      let key = VerifyingKey(p256X963: try bytes(row[1]))
      let isValid = key?.isValid(signature: try bytes(row[3]), over: try bytes(row[2])) ?? false
      #expect(isValid == (row[4] == 1), "\(row[0])")
    }
    #expect(try rows("es256_p1363_wycheproof.json").count == 262)
  }

  @Test(
    "EdDSA JWS: every mutation is refused",
    .enabled(if: areThere("eddsa_jws.json")))
  func edDSAJWS() throws {
    let file = try cases("eddsa_jws.json")
    guard case .object(var jwk)? = file["key"], case .array(let list)? = file["cases"] else {
      Issue.record("the file has another shape")
      return
    }
    jwk["d"] = nil
    let key = try #require(VerifyingKey(jwk: .object(jwk)))
    for case .object(let vector) in list {
      guard case .string(let text)? = vector["jws"] else { continue }
      #expect(isValid(text, key) == (vector["valid"] == true), "\(text)")
    }
    #expect(list.count == 18)
  }

  @Test(
    "JWS: a key accepts nothing but its own algorithm",
    .enabled(if: areThere("jws_wycheproof.json")))
  func jws() throws {
    let file = try cases("jws_wycheproof.json")
    guard case .array(let keys)? = file["keys"], case .array(let list)? = file["cases"] else {
      Issue.record("the file has another shape")
      return
    }
    var accepted = 0
    for case .object(let vector) in list {
      guard case .number(let index)? = vector["key"], case .string(let text)? = vector["jws"],
        case .object(var jwk) = keys[Int(index.int64 ?? 0)]
      else { continue }
      jwk["d"] = nil
      let key = VerifyingKey(jwk: .object(jwk))
      let isValid = key.map { self.isValid(text, $0) } ?? false
      if isValid { accepted += 1 }
      if isValid { #expect(vector["valid"] == true, "\(text)") }
      if key != nil { #expect(isValid == (vector["valid"] == true), "\(text)") }
    }
    // Of 208 cases two are valid with an algorithm of ours; the keys of all others are refused.
    #expect(accepted == 2 && list.count == 208)
  }

  private func isValid(_ text: String, _ key: VerifyingKey) -> Bool {
    do {
      try CompactJWS(text).verify(with: key)
      return true
    } catch {
      return false
    }
  }

  private func rows(_ name: String) throws -> [[JSON]] {
    guard case .array(let list)? = try cases(name)["cases"] else { return [] }
    return list.compactMap { if case .array(let row) = $0 { row } else { nil } }
  }

  private func bytes(_ json: JSON) throws -> [UInt8] {
    guard case .string(let text) = json else { return [] }
    return try #require([UInt8](hex: text))
  }
}
