/// One polite request to a site, for a dossier or a check.
package struct SiteFetch: Hashable, Sendable {
  package enum Method: String, Hashable, Sendable { case get = "GET", head = "HEAD" }

  package let method: Method
  package let url: String
  /// Whom the site can ask about the crawl that this is for; sent as `From`.
  package let contact: String?
  /// What is longer is cut off here.
  package let contentBytesMax: Int
  /// For everything, redirects included.
  package let totalMilliseconds: Int

  package init(
    _ method: Method = .get, url: String, contact: String?, contentBytesMax: Int,
    totalMilliseconds: Int = 10_000
  ) {
    self.method = method
    self.url = url
    self.contact = contact
    self.contentBytesMax = contentBytesMax
    self.totalMilliseconds = totalMilliseconds
  }
}

/// What came of it, with every step on the way.
package struct SiteAnswer: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable, CaseIterable {
    case answered
    /// The resolver knows no address.
    case unresolved
    /// An address that is not on the public internet: it was not connected to.
    case notPublic = "not_public"
    case tooManyRedirects = "too_many_redirects"
    case timedOut = "timed_out"
    case unreachable
    /// A redirect that is not followed, such as one to another scheme.
    case refused
  }

  /// An answer on the way: a redirect, or the last.
  package struct Hop: Hashable, Sendable {
    package let url: String
    package let status: Int
    package let address: String

    package init(url: String, status: Int, address: String) {
      self.url = url
      self.status = status
      self.address = address
    }
  }

  package let outcome: Outcome
  /// In order; the last one is the answer where there is one.
  package let hops: [Hop]
  /// Header fields of the answer, in the order of arrival.
  package let fields: [(name: String, value: String)]
  package let content: [UInt8]
  package let isCut: Bool
  package let elapsedMilliseconds: Int64

  package init(
    outcome: Outcome, hops: [Hop] = [], fields: [(name: String, value: String)] = [],
    content: [UInt8] = [], isCut: Bool = false, elapsedMilliseconds: Int64 = 0
  ) {
    self.outcome = outcome
    self.hops = hops
    self.fields = fields
    self.content = content
    self.isCut = isCut
    self.elapsedMilliseconds = elapsedMilliseconds
  }

  /// Of the answer; nil without one.
  package var status: Int? { outcome == .answered ? hops.last?.status : nil }

  /// The first value under a name in lower case.
  package func value(of name: String) -> String? {
    fields.first { $0.name.lowercased() == name }?.value
  }

  /// Whether the content is as a reader expects it: we ask for no coding of it.
  var isPlain: Bool {
    value(of: "content-encoding").map { ["", "identity"].contains($0.lowercased()) } ?? true
  }

  package static func == (left: SiteAnswer, right: SiteAnswer) -> Bool {
    left.outcome == right.outcome && left.hops == right.hops && left.content == right.content
      && left.isCut == right.isCut && left.elapsedMilliseconds == right.elapsedMilliseconds
      && left.fields.elementsEqual(right.fields, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(outcome)
    hasher.combine(hops)
    hasher.combine(content)
  }
}
