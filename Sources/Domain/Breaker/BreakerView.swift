/// A breaker as lists show it.
package struct BreakerView: Hashable, Sendable {
  package let breaker: Breaker
  /// Whose budget it is.
  package let grant: GrantID

  package init(breaker: Breaker, grant: GrantID) {
    self.breaker = breaker
    self.grant = grant
  }
}
