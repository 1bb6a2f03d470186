/// The Public Suffix List as a value; the Registries target fills it from the machine.
package struct PublicSuffixes: Sendable {
  /// What a registrable domain is asked for; the list has two sections.
  package enum Purpose: Hashable, Sendable, CaseIterable {
    /// Whose machines carry the load: ICANN section only (`user.github.io` is GitHub's load).
    case load
    /// Whose name it is: both sections (`user.github.io` belongs to the user).
    case authority
  }

  private let lookUp: @Sendable (Host, Purpose) -> Host?

  /// `lookUp` answers nil for a host that is itself a public suffix; it sees names only.
  package init(lookUp: @escaping @Sendable (Host, Purpose) -> Host?) {
    self.lookUp = lookUp
  }

  /// The public suffix and one label more; nil for addresses, suffixes and single labels.
  package func registrableDomain(of host: Host, for purpose: Purpose) -> Host? {
    host.isAddress ? nil : lookUp(host, purpose)
  }

  /// Where the implicit site of a host lies: its registrable domain for load, else itself.
  package func implicitSite(of host: Host) -> Host {
    registrableDomain(of: host, for: .load) ?? host
  }
}
