internal import Foundation

/// Turns host names into addresses in a thread of its own, because the system's resolver blocks.
enum HostResolver {
  /// The most addresses of one name that are tried.
  static let addressesMax = 8

  /// Answers from the helper thread with every endpoint pinned, or with the name that failed.
  static func resolve(
    _ endpoints: [ConnectionOptions.Endpoint],
    _ answer: @escaping @Sendable (Result<[ConnectionOptions.Endpoint], DatabaseError>) -> Void
  ) {
    let thread = Thread {
      answer(pinned(endpoints))
    }
    thread.name = "resolver"
    thread.start()
  }

  private static func pinned(
    _ endpoints: [ConnectionOptions.Endpoint]
  ) -> Result<[ConnectionOptions.Endpoint], DatabaseError> {
    var result: [ConnectionOptions.Endpoint] = []
    var unknown: [String] = []
    for endpoint in endpoints {
      guard endpoint.needsResolution else {
        result.append(endpoint)
        continue
      }
      let addresses = addresses(of: endpoint.host)
      if addresses.isEmpty { unknown.append(endpoint.host) }
      for address in addresses {
        var pinned = endpoint
        pinned.address = address
        result.append(pinned)
      }
    }
    if result.isEmpty {
      return .failure(.unavailable("no address for host \(unknown.joined(separator: ", "))"))
    }
    return .success(result)
  }

  private static func addresses(of host: String) -> [String] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var result: [String] = []
    var next = list
    while let entry = next, result.count < addressesMax {
      if let text = numeric(entry.pointee), !result.contains(text) { result.append(text) }
      next = entry.pointee.ai_next
    }
    return result
  }

  private static func numeric(_ entry: addrinfo) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
      let code = getnameinfo(
        entry.ai_addr, entry.ai_addrlen, text.baseAddress, socklen_t(text.count), nil, 0,
        NI_NUMERICHOST)
      guard code == 0, let start = text.baseAddress else { return nil }
      return String(cString: start)
    }
  }
}
