internal import CPostgres

/// A checked connection string: keywords for libpq, and the servers to try in order.
struct ConnectionOptions: Sendable {
  /// One server of a connection string, which may name several.
  struct Endpoint: Hashable, Sendable {
    /// A host name, an address, or the folder of a unix socket.
    var host: String
    /// A numeric address; libpq then asks no resolver, which would block the loop.
    var address: String
    /// A port or nothing for the default.
    var port: String

    /// Whether a resolver has to be asked before connecting.
    var needsResolution: Bool {
      address.isEmpty && !isSocket && !host.isEmpty
    }

    private var isSocket: Bool {
      host.hasPrefix("/") || host.hasPrefix("@")
    }
  }

  /// How an idle connection whose other end is gone without a word is found out, by TCP: asked
  /// after 15 s, dead when 15 s more, or 10 s of sending, brought no sign of life. Without this
  /// each of them would cost a call its whole patience, long after the network is back.
  private static let keepalive = [
    "keepalives": "1", "keepalives_idle": "15", "keepalives_interval": "5",
    "keepalives_count": "3", "tcp_user_timeout": "10000",
  ]

  /// Everything but host, hostaddr and port.
  private(set) var keywords: [String: String]
  private(set) var endpoints: [Endpoint]

  /// Parses the connection string and adds the session's settings.
  init(_ configuration: DatabaseConfiguration) throws(DatabaseError) {
    try self.init(url: configuration.url, applicationName: configuration.applicationName)
    let settings = [
      ("statement_timeout", "\(configuration.statementMilliseconds)"),
      ("lock_timeout", "\(configuration.lockMilliseconds)"),
      ("idle_in_transaction_session_timeout", "\(configuration.idleInTransactionMilliseconds)"),
      ("timezone", "UTC"),
    ]
    let idle = configuration.idleSessionMilliseconds
    let words = (settings + (idle > 0 ? [("idle_session_timeout", "\(idle)")] : []))
      .map { "-c \($0.0)=\($0.1)" }
    keywords["options"] = ([keywords["options"] ?? ""] + words).joined(separator: " ")
  }

  /// The same without settings, for the migrator, whose thread libpq may block.
  init(url: String, applicationName: String, connectSeconds: Int) throws(DatabaseError) {
    try self.init(url: url, applicationName: applicationName)
    keywords["connect_timeout"] = keywords["connect_timeout"] ?? "\(connectSeconds)"
  }

  private init(url: String, applicationName: String) throws(DatabaseError) {
    var found = try Self.parse(url)
    // What the string leaves out comes from the environment (PGHOST …), as everywhere.
    for (keyword, value) in Self.environment() where found[keyword] == nil {
      found[keyword] = value
    }
    endpoints = try Self.endpoints(of: found)
    for keyword in ["host", "hostaddr", "port"] { found[keyword] = nil }
    found["application_name"] = found["application_name"] ?? applicationName
    found["client_encoding"] = "UTF8"
    // Kerberos would block the loop; a standby would refuse every write.
    found["gssencmode"] = found["gssencmode"] ?? "disable"
    found["target_session_attrs"] = found["target_session_attrs"] ?? "read-write"
    keywords = found.merging(Self.keepalive) { given, _ in given }
  }

  /// Calls the body with the two arrays that libpq takes, both ended by nil.
  func withKeywords<R>(
    endpoints: [Endpoint],
    _ body: (
      UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?
    ) -> R
  ) -> R {
    var all = keywords
    all["host"] = endpoints.map(\.host).joined(separator: ",")
    all["hostaddr"] = endpoints.map(\.address).joined(separator: ",")
    all["port"] = endpoints.map(\.port).joined(separator: ",")
    let pairs = all.filter { !$0.value.allSatisfy { $0 == "," } || $0.key == "password" }
    let names = CStrings(pairs.map(\.key))
    let values = CStrings(pairs.map(\.value))
    return names.withPointers { names in
      values.withPointers { values in body(names, values) }
    }
  }

  private static func endpoints(
    of found: [String: String]
  ) throws(DatabaseError) -> [Endpoint] {
    func list(_ keyword: String) -> [String] {
      guard let value = found[keyword], !value.isEmpty else { return [] }
      return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
    let count = max(hosts.count, addresses.count, 1)
    guard hosts.count == count || hosts.isEmpty,
      addresses.count == count || addresses.isEmpty,
      ports.count == count || ports.count <= 1
    else { throw .configuration("host, hostaddr and port have different lengths") }
    for port in ports where !port.isEmpty {
      // UInt16 alone would take a sign.
      guard port.utf8.allSatisfy({ (48...57).contains($0) }), UInt16(port) ?? 0 > 0 else {
        throw .configuration("the port is not a number from 1 to 65535")
      }
    }
    return (0..<count).map { index in
      Endpoint(
        host: hosts.isEmpty ? "" : hosts[index],
        address: addresses.isEmpty ? "" : addresses[index],
        port: ports.count == count ? ports[index] : ports.first ?? "")
    }
  }

  private static func parse(_ url: String) throws(DatabaseError) -> [String: String] {
    if let mark = url.firstRange(of: "://") {
      let scheme = url[..<mark.lowerBound]
      let looksLikeKeywords = scheme.contains("=")
      guard scheme == "postgresql" || scheme == "postgres" || looksLikeKeywords else {
        throw .configuration("the URL does not start with postgresql://")
      }
    }
    var message: UnsafeMutablePointer<CChar>?
    guard let parsed = PQconninfoParse(url, &message) else {
      defer { PQfreemem(message) }
      throw .configuration(redacted(message.map { String(cString: $0) } ?? "out of memory"))
    }
    defer { PQconninfoFree(parsed) }
    return values(parsed)
  }

  private static func environment() -> [String: String] {
    guard let defaults = PQconndefaults() else { return [:] }
    defer { PQconninfoFree(defaults) }
    return values(defaults).filter {
      ["host", "hostaddr", "port", "options"].contains($0.key)
    }
  }

  private static func values(
    _ options: UnsafeMutablePointer<PQconninfoOption>
  ) -> [String: String] {
    var result: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        result[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    return result
  }

  /// libpq quotes what it could not read, which may be a piece of a password.
  private static func redacted(_ message: String) -> String {
    let line = message.split(whereSeparator: \.isNewline).first.map(String.init) ?? message
    let isHarmless =
      line.hasPrefix("invalid connection option")
      || line.hasPrefix("invalid URI query parameter")
    guard !isHarmless, let quote = line.firstIndex(of: "\"") else { return line }
    return "\(line[..<quote])redacted"
  }
}

extension ConnectionOptions: CustomStringConvertible {
  /// The servers only: the keywords hold a password.
  var description: String {
    "ConnectionOptions(\(endpoints.map(\.host)))"
  }
}
