/// One field of a request or an answer.
package struct FetchField: Sendable, Hashable {
  /// As sent or received.
  package let name: String
  /// Without white space around it.
  package let value: String

  /// Makes a field.
  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// One request to another server, with all its bounds.
package struct FetchRequest: Sendable {
  /// A token in capitals, such as GET.
  package var method: String
  /// Absolute, http or https.
  package var url: String
  /// Sent in this order.
  package var fields: [FetchField]
  /// nil: no content. Then POST, PUT and PATCH send none either.
  package var body: [UInt8]?
  /// For resolving the name and connecting.
  package var connectMilliseconds = 5000
  /// For everything.
  package var totalMilliseconds = 30_000
  /// The longest content that is taken.
  package var contentBytesMax = 8 * 1024 * 1024
  /// The only address to connect to, whatever the URL says; nil: what the name resolves to.
  var pinned: IPAddress?
  /// The longest head that is taken.
  package static let headBytesMax = 64 * 1024

  /// Makes a request with the default bounds.
  package init(
    method: String = "GET", url: String, fields: [FetchField] = [], body: [UInt8]? = nil
  ) {
    self.method = method
    self.url = url
    self.fields = fields
    self.body = body
  }

  /// Throws `refused` for what would not arrive as it is meant: a line end in a field could
  /// forge another one.
  func check() throws(FetchError) {
    let lowercaseURL = url.prefix(8).lowercased()
    guard lowercaseURL.hasPrefix("http://") || lowercaseURL.hasPrefix("https://") else {
      throw .refused("only http and https URLs are fetched")
    }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .refused("the URL has a space, a control character or a character beyond ASCII")
    }
    guard !method.isEmpty, method.utf8.allSatisfy(Self.isTokenByte) else {
      throw .refused("the method is not a token")
    }
    for field in fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
        throw .refused("a field name is not a token")
      }
      guard field.value.utf8.allSatisfy({ $0 >= 0x20 ? $0 != 0x7F : $0 == 0x09 }) else {
        throw .refused("the field \(field.name) has a control character")
      }
    }
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
  }
}

/// What another server answered.
package struct FetchResponse: Sendable {
  /// The final status.
  package let status: Int
  /// In the order of their arrival.
  package let fields: [FetchField]
  /// The content, not decoded.
  package let body: [UInt8]
  /// The numeric address that answered.
  package let address: String

  /// The value of the first field of this name, whatever its case.
  package func value(of name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// Why there is no answer.
package enum FetchError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There was no connection, so that nothing was sent.
  case notConnected(String)
  /// The server was not found, or broke off.
  case unreachable(String)
  /// One of the request's times is over.
  case timedOut
  /// The answer is longer than the request allows.
  case tooLarge(bytesMax: Int)
  /// The request must not be sent as it is.
  case refused(String)
  /// The resolver has no address for the name.
  case unresolved(String)
  /// The name leads to an address that is nobody's on the public internet.
  case notPublic(host: String, address: String)
  /// More redirects than the request follows.
  case tooManyRedirects(most: Int)
  /// The task that waited was cancelled.
  case cancelled

  /// One line, safe to show.
  package var description: String {
    switch self {
    case .notConnected(let words), .unreachable(let words): words
    case .timedOut: "no answer in time"
    case .tooLarge(let bytesMax): "the answer is longer than \(bytesMax) bytes"
    case .refused(let words): words
    case .unresolved(let words): words
    case .notPublic(let host, let address):
      host == address
        ? "\(address) is not a public address" : "\(host) is at \(address), not a public address"
    case .tooManyRedirects(let most): "more than \(most) redirects"
    case .cancelled: "the request was cancelled"
    }
  }
}
