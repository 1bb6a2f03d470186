import Domain

/// The signed form of a lease (budgets.md, Token).
package enum LeaseToken {
  /// The exact `typ`.
  package static let type = "countersign-lease+jwt"

  /// Signs the claims.
  package static func signed(
    _ claims: LeaseClaims, with key: SigningKey
  ) throws(TokenError) -> String {
    try CompactJWS.signed(
      header: [
        "alg": .string(key.algorithm.rawValue), "kid": .string(key.kid), "typ": .string(type),
      ],
      payload: claims.json.bytes(), with: key)
  }

  /// The claims of a genuine token. Whether it is in time, for this audience and of a lease
  /// that still stands, the caller asks.
  ///
  /// - Parameter keys: the trusted keys by `kid`; the token only chooses among them.
  package static func verified(
    _ text: String, keys: [String: VerifyingKey]
  ) throws(TokenError) -> LeaseClaims {
    let token = try CompactJWS(text)
    guard token.header["typ"] == .string(type) else { throw .wrongType }
    guard token.header.members.count == 3, case .string(let kid)? = token.header["kid"] else {
      throw .badHeader
    }
    guard let key = keys[kid] else { throw .unknownKey }
    try token.verify(with: key)
    guard let claims = LeaseClaims(payload: token.payload) else { throw .badClaims }
    return claims
  }
}
