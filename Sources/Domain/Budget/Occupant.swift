/// A lease as a scope sees it: what it takes up, and until when (budgets.md I8).
package struct Occupant: Hashable, Sendable {
  package let lease: LeaseID
  package let budget: BudgetID
  /// When the chain began; the oldest is first in line for remainders.
  package let startedAt: Timestamp
  package let wish: Rate
  package let current: Portion
  /// The first instant at which the current term takes up nothing.
  package let currentFreesAt: Timestamp
  package let previous: Portion
  /// The same of the term before; nil when there was none.
  package let previousFreesAt: Timestamp?

  package init(
    lease: LeaseID, budget: BudgetID, startedAt: Timestamp, wish: Rate, current: Portion,
    currentFreesAt: Timestamp, previous: Portion, previousFreesAt: Timestamp?
  ) {
    self.lease = lease
    self.budget = budget
    self.startedAt = startedAt
    self.wish = wish
    self.current = current
    self.currentFreesAt = currentFreesAt
    self.previous = previous
    self.previousFreesAt = previousFreesAt
  }

  /// The first instant at which nothing of the lease is taken up.
  package var freesAt: Timestamp { max(currentFreesAt, previousFreesAt ?? currentFreesAt) }

  /// What is taken up: the larger of this term and of the previous one, each while it may still
  /// be in use somewhere.
  package func occupied(at now: Timestamp) -> Portion {
    let this = now < currentFreesAt ? current : .none
    guard let previousFreesAt, now < previousFreesAt else { return this }
    return this.largest(previous)
  }
}
