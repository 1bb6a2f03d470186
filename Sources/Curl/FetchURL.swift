import CCurl

/// A URL as libcurl reads it: what is checked here is what will be connected to.
struct FetchURL: Hashable, Sendable {
  enum Scheme: String, Sendable { case http, https }

  /// Normalised, without a fragment.
  let text: String
  let scheme: Scheme
  /// Lower case, without brackets and without the dot of the root.
  let host: String
  let port: UInt16

  /// The longest URL that is taken, also from a redirect.
  static let bytesMax = 8_192

  /// An absolute URL.
  init(_ text: String) throws(FetchError) {
    try self.init(text, relativeTo: nil)
  }

  /// Where a redirect from here leads to.
  func resolving(_ reference: String) throws(FetchError) -> FetchURL {
    try FetchURL(reference, relativeTo: text)
  }

  private init(_ reference: String, relativeTo base: String?) throws(FetchError) {
    guard reference.utf8.count <= FetchURL.bytesMax, !reference.utf8.contains(0) else {
      throw .refused("the URL is too long")
    }
    guard let url = ccurl_url_new(base, reference) else {
      throw .refused("not a URL that is fetched, or one with a user in it")
    }
    defer { ccurl_url_free(url) }
    guard let text = FetchURL.part(CCURL_URL_WHOLE, of: url),
      let scheme = FetchURL.part(CCURL_URL_SCHEME, of: url).flatMap(Scheme.init),
      let host = FetchURL.part(CCURL_URL_HOST, of: url).flatMap(FetchURL.host),
      let port = FetchURL.part(CCURL_URL_PORT, of: url).flatMap({ UInt16($0) })
    else { throw .refused("only http and https URLs of hosts are fetched") }
    guard FetchURL.part(CCURL_URL_ZONE, of: url) == nil else {
      throw .refused("an address with a zone is not public")
    }
    (self.text, self.scheme, self.host, self.port) = (text, scheme, host, port)
  }

  /// Whether the same server is asked: only then does a redirect carry credentials along.
  func hasOrigin(of other: FetchURL) -> Bool {
    scheme == other.scheme && host == other.host && port == other.port
  }

  /// The port that stands in the URL is one that web servers use: below 1024 only theirs, above
  /// not those of well-known other protocols (Fetch standard, port blocking).
  var hasWebPort: Bool {
    port == 80 || port == 443 || (port >= 1_024 && !FetchURL.otherPorts.contains(port))
  }

  private static let otherPorts: Set<UInt16> = [
    1_719, 1_720, 1_723, 2_049, 3_306, 3_659, 4_045, 4_190, 5_060, 5_061, 5_432, 6_000, 6_379,
    6_566, 6_665, 6_666, 6_667, 6_668, 6_669, 6_679, 6_697, 10_080, 11_211,
  ]

  /// Nil for a host that could mean something to a resolver beside a name or an address.
  private static func host(_ text: String) -> String? {
    var host = text.lowercased()
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if host.hasSuffix(".") { host.removeLast() }
    let isPlain = host.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5F: true
      default: false
      }
    }
    return !host.isEmpty && host.utf8.count <= 253 && isPlain ? host : nil
  }

  private static func part(_ part: ccurl_url_part, of url: UnsafeMutableRawPointer) -> String? {
    guard let text = ccurl_url_part(url, part) else { return nil }
    defer { ccurl_text_free(text) }
    return String(cString: text)
  }
}
