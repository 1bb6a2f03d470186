/// A member of the field `RateLimit`: what is left of a quota.
///
/// Source: draft-ietf-httpapi-ratelimit-headers-10, section 4. Later drafts rename parameters.
package struct ServiceLimit: Hashable, Sendable {
  /// That of the policy.
  package let name: String
  /// `r`
  package let remaining: Int64
  /// `t`: until the quota is whole again; nil: nobody can say.
  package let resetsInSeconds: Int64?
  /// `pk` in base64: whose quota it is.
  package let partition: String?

  package init(_ name: String, remaining: Int64, resetsInSeconds: Int64?) {
    self.name = name
    self.remaining = max(0, remaining)
    self.resetsInSeconds = resetsInSeconds.map { max(0, $0) }
    partition = nil
  }

  private init(_ item: NamedItem) throws(NamedItem.Malformed) {
    guard let remaining = try item.count("r") else { throw NamedItem.Malformed() }
    name = item.name
    self.remaining = remaining
    resetsInSeconds = try item.count("t")
    partition = try item.base64("pk")
  }

  /// The members of a field; nil for one that the draft says to ignore.
  package static func read(_ field: String) -> [ServiceLimit]? {
    do {
      return try NamedItem.list(field)?.map { item throws(NamedItem.Malformed) in
        try ServiceLimit(item)
      }
    } catch {
      return nil
    }
  }

  /// The field; the names have to be ASCII.
  package static func field(_ limits: [ServiceLimit]) -> String {
    NamedItem.field(
      limits.map { NamedItem($0.name).with("r", $0.remaining).with("t", $0.resetsInSeconds) })
  }
}
