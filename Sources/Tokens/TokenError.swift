/// Why a token is none. Callers show none of it: an inactive token is inactive.
package enum TokenError: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLong
  case notThreeParts
  case badEncoding
  case badHeader
  case wrongType
  case wrongAlgorithm
  case unknownKey
  case embeddedKey
  case criticalExtension
  case badSignature
  case badClaims
  case notSigned

  package var description: String {
    switch self {
    case .tooLong: "the token is longer than \(CompactJWS.bytesMax) bytes"
    case .notThreeParts: "the token has not three parts"
    case .badEncoding: "a part is not strict unpadded base64url"
    case .badHeader: "the header is not a JSON object of the expected members"
    case .wrongType: "typ is not \(LeaseToken.type)"
    case .wrongAlgorithm: "alg is not the one of the key"
    case .unknownKey: "no key has this kid"
    case .embeddedKey: "the header carries a key"
    case .criticalExtension: "the header names extensions that must be understood"
    case .badSignature: "the signature does not verify"
    case .badClaims: "the claims are not those of a lease"
    case .notSigned: "the key did not sign"
    }
  }
}
