package import Domain

/// A compact JWS (RFC 7515) taken apart strictly; nothing in it is believed before `verify`.
package struct CompactJWS: Sendable {
  /// The longest token that is looked at.
  package static let bytesMax = 4_096

  package let header: JSONObject
  package let payload: [UInt8]
  private let signingInput: [UInt8]
  private let signature: [UInt8]

  /// Three parts of strict base64url, a JSON object as the header; no embedded key, no `crit`,
  /// no unencoded or compressed payload.
  package init(_ text: String) throws(TokenError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= CompactJWS.bytesMax else { throw .tooLong }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw .notThreeParts }
    guard let headerBytes = Base64.urlDecoded(parts[0]),
      let payload = Base64.urlDecoded(parts[1]), let signature = Base64.urlDecoded(parts[2])
    else { throw .badEncoding }
    header = try CompactJWS.object(headerBytes)
    self.payload = payload
    self.signature = signature
    signingInput = Array(bytes[0..<(parts[0].count + 1 + parts[1].count)])
    for name in ["jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256"] where header[name] != nil {
      throw .embeddedKey
    }
    for name in ["crit", "b64", "zip"] where header[name] != nil { throw .criticalExtension }
  }

  /// The `alg` must be the key's own: nobody but the key decides how it is used.
  package func verify(with key: VerifyingKey) throws(TokenError) {
    guard header["alg"] == .string(key.algorithm.rawValue) else { throw .wrongAlgorithm }
    guard key.isValid(signature: signature, over: signingInput) else { throw .badSignature }
  }

  /// Signs a payload; header and payload stand as given.
  package static func signed(
    header: JSONObject, payload: [UInt8], with key: SigningKey
  ) throws(TokenError) -> String {
    let input =
      Base64.urlEncoded(JSON.object(header).bytes()) + "." + Base64.urlEncoded(payload)
    return input + "." + Base64.urlEncoded(try key.signature(over: Array(input.utf8)))
  }

  private static func object(_ bytes: [UInt8]) throws(TokenError) -> JSONObject {
    let json: JSON
    do { json = try JSONParser.parse(bytes, limits: .body) } catch { throw .badHeader }
    guard case .object(let members) = json else { throw .badHeader }
    return members
  }
}
