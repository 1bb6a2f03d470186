import Crypto
package import Domain

/// A bearer secret: `csp_` a person's, `csw_` a pool's, `csg_` a gateway's, `cse_` an enrolment.
///
/// Prefix, 160 random bits and a checksum of 30 bits in Crockford base32, so that scanners can
/// recognise it and a mistyped one is told apart from a revoked one. Shown once; only `hash` is
/// kept.
package struct Secret: Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case person = "csp"
    case pool = "csw"
    case gateway = "csg"
    case enrolment = "cse"

    /// Whether programs send it, which come in numbers and come again by themselves.
    package var isOfMachines: Bool { self == .pool || self == .gateway }
  }

  package let kind: Kind
  /// What the holder sends; never logged.
  package let text: String

  private static let randomCharacters = 32
  private static let checksumCharacters = 6
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  package var description: String { "redacted" }

  /// SHA-256 of the text: what is stored and looked up.
  package var hash: Domain.Digest {
    Domain.Digest(bytes: Array(SHA256.hash(data: Array(text.utf8))))
  }

  /// A new secret from the system's random numbers.
  package static func make(_ kind: Kind) -> Secret {
    var generator = SystemRandomNumberGenerator()
    let characters = (0..<randomCharacters).map { _ in
      alphabet[Int(UInt8.random(in: 0...31, using: &generator))]
    }
    let body = kind.rawValue + "_" + String(decoding: characters, as: UTF8.self)
    return Secret(kind: kind, text: body + checksum(of: body))
  }

  /// Nil unless prefix, length, alphabet and checksum are right.
  package init?(parsing text: String) {
    let bytes = Array(text.utf8)
    let prefixBytes = 4
    guard
      bytes.count == prefixBytes + Secret.randomCharacters + Secret.checksumCharacters,
      bytes[3] == UInt8(ascii: "_"),
      let kind = Kind(rawValue: String(decoding: bytes[0..<3], as: UTF8.self)),
      bytes[prefixBytes...].allSatisfy({ Secret.alphabet.contains($0) })
    else { return nil }
    let body = String(decoding: bytes.dropLast(Secret.checksumCharacters), as: UTF8.self)
    let checksum = String(decoding: bytes.suffix(Secret.checksumCharacters), as: UTF8.self)
    guard checksum == Secret.checksum(of: body) else { return nil }
    self.init(kind: kind, text: text)
  }

  private init(kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }

  /// Whether this is the secret of a stored hash; takes the same time for every other one.
  package func matches(_ stored: Domain.Digest) -> Bool {
    zip(hash.bytes, stored.bytes).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static func checksum(of body: String) -> String {
    let hash = Array(SHA256.hash(data: Array(body.utf8)))
    var bits = hash.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    var characters: [UInt8] = []
    for _ in 0..<checksumCharacters {
      characters.append(alphabet[Int(bits >> 27)])
      bits <<= 5
    }
    return String(decoding: characters, as: UTF8.self)
  }
}
