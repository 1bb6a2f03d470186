/// What a target's `hosts` may hold: one host, or `*.` and a host: everything under it at any
/// depth, not the host itself.
package struct HostPattern: Hashable, Sendable, CustomStringConvertible {
  package enum Form: Hashable, Sendable { case exactly, under }

  package let form: Form
  package let host: Host

  /// Reads a host or a pattern; refuses a pattern over a public suffix, a single label or an
  /// address.
  package init(_ text: String, suffixes: PublicSuffixes) throws(HostError) {
    guard text.contains("*") else {
      form = .exactly
      host = try Host(text)
      return
    }
    guard text.hasPrefix("*.") else {
      throw text == "*" ? .patternOverSuffix(suffix: "*") : .badPattern
    }
    let rest = String(text.dropFirst(2))
    guard !rest.contains("*") else { throw .badPattern }
    let host = try Host(rest)
    guard !host.isAddress else { throw .patternOverAddress }
    for purpose in PublicSuffixes.Purpose.allCases
    where suffixes.registrableDomain(of: host, for: purpose) == nil {
      throw .patternOverSuffix(suffix: host.text)
    }
    self.form = .under
    self.host = host
  }

  /// Canonical text: `www.example.com` or `*.example.com`.
  package var description: String { form == .under ? "*." + host.text : host.text }

  /// Whether the pattern covers a host. A name under another registrable domain is not covered:
  /// `*.amazonaws.com` does not reach across the suffix `s3.amazonaws.com`.
  package func covers(_ candidate: Host, suffixes: PublicSuffixes) -> Bool {
    switch form {
    case .exactly: candidate == host
    case .under:
      candidate != host && candidate.isWithin(host)
        && PublicSuffixes.Purpose.allCases.allSatisfy {
          suffixes.registrableDomain(of: candidate, for: $0)
            == suffixes.registrableDomain(of: host, for: $0)
        }
    }
  }

  /// Whether there may be a host that both cover.
  package func overlaps(_ other: HostPattern) -> Bool {
    switch (form, other.form) {
    case (.exactly, .exactly): host == other.host
    case (.exactly, .under): host != other.host && host.isWithin(other.host)
    case (.under, .exactly): other.overlaps(self)
    case (.under, .under): host.isWithin(other.host) || other.host.isWithin(host)
    }
  }
}
