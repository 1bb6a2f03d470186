/// A worker that was refused for want of room and is expected back: a place in the line.
package struct Waiter: Hashable, Sendable {
  package let worker: WorkerID
  package let budget: BudgetID
  /// The granted rate of its budget.
  package let granted: Rate
  package let wish: Rate
  package let since: Timestamp
  /// The scope that had no room: its own budget, or a site over it.
  package let scope: ScopeID

  package init(
    worker: WorkerID, budget: BudgetID, granted: Rate, wish: Rate, since: Timestamp,
    scope: ScopeID
  ) {
    self.worker = worker
    self.budget = budget
    self.granted = granted
    self.wish = wish
    self.since = since
    self.scope = scope
  }
}

extension [Waiter] {
  /// Longest waiting first; of two that came at once, the smaller id.
  var inLine: [Waiter] {
    count < 2 ? self : sorted { ($0.since, $0.worker) < ($1.since, $1.worker) }
  }
}
