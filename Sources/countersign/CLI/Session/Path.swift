/// A path of the API from its segments, which are escaped: `Path("v1", "proposals", number)`.
struct Path: Sendable {
  let text: String

  init(_ segments: String...) {
    text = segments.map { "/" + Path.escaped($0) }.joined()
  }

  /// The query with its question mark; empty without any value.
  func query(_ items: API.Query) -> String {
    let pairs = items.compactMap { item in
      item.value.map { "\(Path.escaped(item.name))=\(Path.escaped($0))" }
    }
    return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
  }

  /// Everything but the unreserved characters of RFC 3986 percent-encoded. A segment of dots
  /// alone would be taken for a way up, so its dots are encoded too.
  private static func escaped(_ text: String) -> String {
    let isDots = !text.isEmpty && text.allSatisfy { $0 == "." }
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x7E: bytes.append(byte)
      case 0x2E where !isDots: bytes.append(byte)
      default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
