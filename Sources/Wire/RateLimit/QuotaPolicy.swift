/// A member of the field `RateLimit-Policy`: what may be spent in a window.
///
/// Source: draft-ietf-httpapi-ratelimit-headers-10, section 3. Later drafts rename parameters.
package struct QuotaPolicy: Hashable, Sendable {
  package let name: String
  /// `q`
  package let quota: Int64
  /// `w`, never 0.
  package let windowSeconds: Int64?
  /// `qu`; nil are requests.
  package let unit: String?
  /// `pk` in base64: whose quota it is.
  package let partition: String?

  package init(_ name: String, quota: Int64, windowSeconds: Int64) {
    self.name = name
    self.quota = quota
    self.windowSeconds = max(1, windowSeconds)
    unit = nil
    partition = nil
  }

  private init(_ item: NamedItem) throws(NamedItem.Malformed) {
    guard let quota = try item.count("q") else { throw NamedItem.Malformed() }
    name = item.name
    self.quota = quota
    windowSeconds = try item.count("w")
    unit = try item.text("qu")
    partition = try item.base64("pk")
    guard windowSeconds != 0 else { throw NamedItem.Malformed() }
  }

  /// The members of a field; nil for one that the draft says to ignore.
  package static func read(_ field: String) -> [QuotaPolicy]? {
    do {
      return try NamedItem.list(field)?.map { item throws(NamedItem.Malformed) in
        try QuotaPolicy(item)
      }
    } catch {
      return nil
    }
  }

  /// The field; the names have to be ASCII.
  package static func field(_ policies: [QuotaPolicy]) -> String {
    NamedItem.field(
      policies.map { NamedItem($0.name).with("q", $0.quota).with("w", $0.windowSeconds) })
  }
}
