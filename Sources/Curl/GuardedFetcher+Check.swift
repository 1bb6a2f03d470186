import Reactor

extension GuardedFetcher {
  /// Looks at a URL as a fetch would, without connecting; gives its host. What is true now may
  /// not be when somebody connects: every fetch looks again.
  package func check(
    _ url: String, milliseconds: Int = 5_000
  ) async throws(FetchError) -> String {
    let url = try FetchURL(url)
    let deadline = MonotonicInstant.now().advanced(byMilliseconds: milliseconds)
    _ = try await checkedAddresses(
      of: url, by: permitted.first { $0.covers(url) }, until: deadline)
    return url.host
  }
}
