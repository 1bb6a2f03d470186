/// Who may send how much to a site, who holds a share of it now, who waits, what was sent, and
/// what was refused.
package struct SiteLoad: Hashable, Sendable {
  package let host: Host
  package let isRegistered: Bool
  /// The ceiling with everything that takes it up.
  package let scope: Scope
  /// Budgets of grants that are not over, in order of proposal and target.
  package let budgets: [Sharer]
  /// Leases that take up a share, in the order in which they were granted.
  package let leases: [Holder]
  /// Workers that were told to come back, longest waiting first.
  package let waiting: [Waiter]
  /// The last hour by the minute in which reports came in; minutes without are left out.
  package let minutes: [Minute]
  /// The last hour of refused lease calls, by minute and code.
  package let refused: [RefusedCalls]

  package struct Sharer: Hashable, Sendable {
    package let budget: BudgetID
    package let grant: GrantID
    package let proposal: ProposalID
    package let number: Int64
    package let title: String
    package let target: Int64
    package let hosts: [String]
    package let maxRate: Rate
    package let dailyRequests: Int64
    package let state: GrantState

    package init(
      budget: BudgetID, grant: GrantID, proposal: ProposalID, number: Int64, title: String,
      target: Int64, hosts: [String], maxRate: Rate, dailyRequests: Int64, state: GrantState
    ) {
      self.budget = budget
      self.grant = grant
      self.proposal = proposal
      self.number = number
      self.title = title
      self.target = target
      self.hosts = hosts
      self.maxRate = maxRate
      self.dailyRequests = dailyRequests
      self.state = state
    }
  }

  package struct Holder: Hashable, Sendable {
    package let lease: LeaseID
    package let budget: BudgetID
    package let worker: String
    package let pool: String
    package let hosts: [String]
    package let portion: Portion
    package let expiresAt: Timestamp
    /// When nothing of it is taken up any more.
    package let freesAt: Timestamp

    package init(
      lease: LeaseID, budget: BudgetID, worker: String, pool: String, hosts: [String],
      portion: Portion, expiresAt: Timestamp, freesAt: Timestamp
    ) {
      self.lease = lease
      self.budget = budget
      self.worker = worker
      self.pool = pool
      self.hosts = hosts
      self.portion = portion
      self.expiresAt = expiresAt
      self.freesAt = freesAt
    }
  }

  package struct Waiter: Hashable, Sendable {
    package let budget: BudgetID
    package let worker: String
    package let wish: Rate
    package let since: Timestamp

    package init(budget: BudgetID, worker: String, wish: Rate, since: Timestamp) {
      self.budget = budget
      self.worker = worker
      self.wish = wish
      self.since = since
    }
  }

  package struct Minute: Hashable, Sendable {
    package let start: Timestamp
    package let requests: Int64
    /// Answers 429 and 5xx, time-outs and broken connections.
    package let failures: Int64

    package init(start: Timestamp, requests: Int64, failures: Int64) {
      self.start = start
      self.requests = requests
      self.failures = failures
    }
  }

  /// What of the past is shown.
  package static let historySeconds: Int64 = 3_600
  /// How many of a list are shown.
  package static let rowsMax: Int64 = 1_000

  package init(
    host: Host, isRegistered: Bool, scope: Scope, budgets: [Sharer], leases: [Holder],
    waiting: [Waiter], minutes: [Minute], refused: [RefusedCalls]
  ) {
    self.host = host
    self.isRegistered = isRegistered
    self.scope = scope
    self.budgets = budgets
    self.leases = leases
    self.waiting = waiting
    self.minutes = minutes
    self.refused = refused
  }
}
