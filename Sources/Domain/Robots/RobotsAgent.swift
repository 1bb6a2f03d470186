/// The product token under which a crawler looks for its group (RFC 9309 §2.2.1).
package struct RobotsAgent: Hashable, Sendable, CustomStringConvertible {
  /// Lower case, letters, `_` and `-`; empty when the crawler names none: then only `*` is for it.
  package let token: String

  package var description: String { token }

  /// The token of a User-Agent header: its first product, or what `Mozilla/5.0 (compatible; …)`
  /// says it is compatible with.
  package init(userAgent: String) {
    let bytes = Array(userAgent.utf8)
    let first = RobotsAgent.token(of: bytes[...])
    let marker = Array("compatible;".utf8)
    if first == "mozilla",
      let at = bytes.indices.first(where: {
        bytes[$0...].prefix(marker.count).map(\.asciiLowercased) == marker
      })
    {
      let rest = bytes[(at + marker.count)...].drop { $0 == 0x20 }
      let named = RobotsAgent.token(of: rest)
      token = named.isEmpty ? first : named
    } else {
      token = first
    }
  }

  /// The token that a value begins with, in lower case.
  static func token(of bytes: ArraySlice<UInt8>) -> String {
    let token = bytes.prefix { byte in
      let letter = byte.asciiLowercased
      return (letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z"))
        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
    return String(decoding: token.map(\.asciiLowercased), as: UTF8.self)
  }
}
