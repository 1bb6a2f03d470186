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
  /// The granted rate of its budget; nil where that is the budget of whoever asks.
  package let granted: Rate?
  /// The most that its budget can have whatever the asker's sites leave: the smallest ceiling of
  /// its other scopes, its budget's own among them; nil is none smaller than what was granted.
  package let most: Rate?

  package init(
    lease: LeaseID, budget: BudgetID, startedAt: Timestamp, wish: Rate, current: Portion,
    currentFreesAt: Timestamp, previous: Portion, previousFreesAt: Timestamp?,
    granted: Rate? = nil, most: Rate? = nil
  ) {
    self.lease = lease
    self.budget = budget
    self.startedAt = startedAt
    self.wish = wish
    self.current = current
    self.currentFreesAt = currentFreesAt
    self.previous = previous
    self.previousFreesAt = previousFreesAt
    self.granted = granted
    self.most = most
  }

  /// The first instant at which nothing of the lease is taken up.
  package var freesAt: Timestamp { max(currentFreesAt, previousFreesAt ?? currentFreesAt) }

  /// When what is taken up becomes less, after an instant; once or twice, in any order.
  func changes(after now: Timestamp) -> [Timestamp] {
    [currentFreesAt, previousFreesAt ?? currentFreesAt].filter { now < $0 }
  }

  func isOlder(than claim: Claim) -> Bool {
    startedAt == claim.startedAt ? lease < claim.lease : startedAt < claim.startedAt
  }

  /// What is taken up: the larger of this term and of the previous one, each while it may still
  /// be in use somewhere.
  package func occupied(at now: Timestamp) -> Portion {
    let this = now < currentFreesAt ? current : .none
    guard let previousFreesAt, now < previousFreesAt else { return this }
    return this.largest(previous)
  }
}
