package import Reactor

/// Fetches from servers that somebody else names, and only from those on the public internet.
///
/// Every name is resolved and every address of it checked; the connection goes to a checked
/// address and to no other; each redirect is checked anew. Nothing switches this off except a
/// permission for a single host.
package final class GuardedFetcher: Sendable {
  /// How many redirects are followed (RFC 9309 §2.3.1.2).
  package static let redirectsMax = 5
  /// How many addresses of one name are tried.
  static let attemptsMax = 4

  private let loop: EventLoop
  private let fetcher: HTTPFetcher
  let permitted: Set<PermittedHost>
  private let resolver: NameResolver

  /// Makes a fetcher whose connections live on `loop`.
  package convenience init(loop: EventLoop, permitting hosts: [PermittedHost] = []) {
    self.init(loop: loop, permitting: hosts, resolver: .system)
  }

  init(loop: EventLoop, permitting hosts: [PermittedHost], resolver: NameResolver) {
    self.loop = loop
    fetcher = HTTPFetcher(loop: loop)
    permitted = Set(hosts)
    self.resolver = resolver
  }

  /// Sends a request, follows redirects of GET and HEAD, and tells every step. The request's
  /// whole time holds for all of it.
  package func journey(
    _ request: FetchRequest, redirectsMax: Int = redirectsMax
  ) async -> FetchJourney {
    let deadline = MonotonicInstant.now().advanced(byMilliseconds: request.totalMilliseconds)
    var hops: [FetchHop] = []
    do throws(FetchError) {
      try request.check()
      var request = request
      var url = try FetchURL(request.url)
      while true {
        request.url = url.text
        let response = try await answer(to: request, at: url, until: deadline)
        hops.append(
          FetchHop(url: url.text, status: response.status, address: response.address))
        guard let next = try redirect(of: request, from: url, by: response) else {
          return FetchJourney(hops: hops, outcome: .success(response))
        }
        guard hops.count <= redirectsMax else { throw .tooManyRedirects(most: redirectsMax) }
        if !next.hasOrigin(of: url) { request.dropCredentials() }
        url = next
      }
    } catch {
      return FetchJourney(hops: hops, outcome: .failure(error))
    }
  }

  /// Where the pages of a host are, in the order in which they are to be tried: by https first,
  /// unless the configuration says where it is.
  package func origins(of host: String) -> [String] {
    let places = permitted.filter { $0.host == host.lowercased() && $0.place != nil }
    return places.isEmpty ? ["https://\(host)", "http://\(host)"] : ["http://\(host)"]
  }

  /// Where the answer sends the request; nil when it is to be taken as it is.
  private func redirect(
    of request: FetchRequest, from url: FetchURL, by response: FetchResponse
  ) throws(FetchError) -> FetchURL? {
    guard [301, 302, 303, 307, 308].contains(response.status),
      request.method == "GET" || request.method == "HEAD",
      let location = response.value(of: "location"), !location.isEmpty
    else { return nil }
    let next = try url.resolving(location)
    guard url.scheme == .http || next.scheme == .https else {
      throw .refused("a redirect from https to http is not followed")
    }
    return next
  }

  private func answer(
    to request: FetchRequest, at url: FetchURL, until deadline: MonotonicInstant
  ) async throws(FetchError) -> FetchResponse {
    let permission = permitted.first { $0.covers(url) }
    let addresses = try await checkedAddresses(of: url, by: permission, until: deadline)
    var failure = FetchError.unreachable("\(url.host) has no address")
    for address in addresses.prefix(GuardedFetcher.attemptsMax) {
      var attempt = request
      attempt.pinned = address
      attempt.pinnedPort = permission?.place?.port
      attempt.totalMilliseconds =
        Int(deadline.nanoseconds(since: .now()) / 1_000_000)
      guard attempt.totalMilliseconds > 0 else { throw .timedOut }
      do throws(FetchError) {
        let response = try await fetcher.fetch(attempt)
        guard IPAddress(response.address) == address else {
          throw .notPublic(host: url.host, address: response.address)
        }
        return response
      } catch .notConnected(let words) {
        // Nothing was sent: another address of the same name may do.
        failure = .notConnected(words)
      }
    }
    throw failure
  }

  /// Refuses the name when a single one of its addresses is not public: which of them would be
  /// connected to is otherwise up to whoever answers for the name.
  func checkedAddresses(
    of url: FetchURL, by permission: PermittedHost?, until deadline: MonotonicInstant
  ) async throws(FetchError) -> [IPAddress] {
    if let place = permission?.place { return [place.address] }
    guard permission != nil || url.hasWebPort else {
      throw .refused("port \(url.port) is not one of a web server")
    }
    let addresses = try await resolver.addresses(of: url.host, until: deadline, on: loop)
    if permission == nil, let address = addresses.first(where: { !$0.isPublic }) {
      throw .notPublic(host: url.host, address: address.description)
    }
    return addresses
  }
}

extension FetchRequest {
  /// What was meant for one server is not told to another.
  fileprivate mutating func dropCredentials() {
    fields.removeAll {
      ["authorization", "cookie", "proxy-authorization"].contains($0.name.lowercased())
    }
  }
}
