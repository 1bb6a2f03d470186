package import Domain

/// A refusal whose findings stay: what the call reported is true whether or not it gets what it
/// asks for. The transaction commits, and the caller is refused.
package struct KeptRefusals: Error, Hashable, Sendable {
  package let refusals: Refusals

  package init(_ refusals: Refusals) {
    self.refusals = refusals
  }
}
