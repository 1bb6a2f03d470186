/// The tz database as a value; the Registries target fills it from the machine.
package struct Zones: Sendable {
  private let lookUp: @Sendable (String) -> Zone?

  package init(lookUp: @escaping @Sendable (String) -> Zone?) {
    self.lookUp = lookUp
  }

  /// The zone of an IANA name; nil when there is none. Exact from 1970 to 2100.
  package func zone(_ name: String) -> Zone? { lookUp(name) }
}
