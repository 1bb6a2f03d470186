/// What goes on now, the busiest first: budgets, the leases that are out under them, what was
/// refused lately, and everything that holds something up.
package struct ServiceLoad: Hashable, Sendable {
  /// What a look asks for.
  package struct Filter: Hashable, Sendable {
    /// A grant's id.
    package let grant: String?
    /// Budgets that reach hosts at or under it.
    package let site: Host?
    /// How many of each list.
    package let limit: Int64

    package init(grant: String?, site: Host?, limit: Int64) {
      self.grant = grant
      self.site = site
      self.limit = limit
    }
  }

  /// Everything that the filter lets through, also what is not shown.
  package struct Totals: Hashable, Sendable {
    package let budgets: Int64
    package let leases: Int64
    package let rate: Rate
    package let waiting: Int64

    package init(budgets: Int64, leases: Int64, rate: Rate, waiting: Int64) {
      self.budgets = budgets
      self.leases = leases
      self.rate = rate
      self.waiting = waiting
    }
  }

  /// A budget of a grant that is not over.
  package struct Share: Hashable, Sendable {
    package let budget: SiteLoad.Sharer
    package let maxWorkers: Int64
    /// Leases in force, and their rates together.
    package let leases: Int64
    package let rate: Rate
    package let waiting: Int64
    /// Refused calls of the last minutes.
    package let refused: Int64
    /// Used or reserved of its local day.
    package let spentToday: Int64
    /// Whether its hours and those of the registered sites above it are open now.
    package let isOpen: Bool
    /// When they open next; nil while they are open, and where they do not within sixty days.
    package let opensAt: Timestamp?

    package init(
      budget: SiteLoad.Sharer, maxWorkers: Int64, leases: Int64, rate: Rate, waiting: Int64,
      refused: Int64, spentToday: Int64, openings: [Opening], at now: Timestamp
    ) {
      self.budget = budget
      self.maxWorkers = maxWorkers
      self.leases = leases
      self.rate = rate
      self.waiting = waiting
      self.refused = refused
      self.spentToday = spentToday
      isOpen = openings.areOpen(at: now)
      opensAt = isOpen ? nil : openings.nextOpening(from: now)
    }
  }

  /// A lease in force.
  package struct Holder: Hashable, Sendable {
    package let lease: LeaseID
    package let budget: BudgetID
    package let worker: String
    package let pool: String
    package let hosts: [String]
    package let term: Int64
    package let rate: Rate
    package let expiresAt: Timestamp

    package init(
      lease: LeaseID, budget: BudgetID, worker: String, pool: String, hosts: [String],
      term: Int64, rate: Rate, expiresAt: Timestamp
    ) {
      self.lease = lease
      self.budget = budget
      self.worker = worker
      self.pool = pool
      self.hosts = hosts
      self.term = term
      self.rate = rate
      self.expiresAt = expiresAt
    }
  }

  /// Refused calls of the last minutes at one scope, for one reason.
  package struct Refused: Hashable, Sendable {
    /// A budget, or a site where no budget was found.
    package let scope: ScopeID
    /// The site's host; nil for a budget.
    package let host: String?
    package let code: String
    package let calls: Int64
    package let lastMinute: Timestamp

    package init(
      scope: ScopeID, host: String?, code: String, calls: Int64, lastMinute: Timestamp
    ) {
      self.scope = scope
      self.host = host
      self.code = code
      self.calls = calls
      self.lastMinute = lastMinute
    }
  }

  /// Something that holds leases up.
  package struct Hold: Hashable, Sendable {
    /// The widest first.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      case quarantine, lock
      case siteHold = "site_hold"
      case breaker, window
    }

    package let kind: Kind
    package let subject: String
    package let since: Timestamp?
    /// Nil where time alone does not end it, or nobody knows when.
    package let until: Timestamp?
    package let detail: String

    package init(
      _ kind: Kind, on subject: String, since: Timestamp?, until: Timestamp?, detail: String
    ) {
      self.kind = kind
      self.subject = subject
      self.since = since
      self.until = until
      self.detail = detail
    }
  }

  package let totals: Totals
  /// By the rate that is out, then by refusals.
  package let shares: [Share]
  /// Of these budgets, the largest rate first.
  package let leases: [Holder]
  /// The most calls first.
  package let refused: [Refused]
  /// By kind.
  package let holds: [Hold]

  /// How far back refusals count.
  package static let refusedSeconds: Int64 = 300

  package init(
    totals: Totals, shares: [Share], leases: [Holder], refused: [Refused], holds: [Hold]
  ) {
    self.totals = totals
    self.shares = shares
    self.leases = leases
    self.refused = refused
    self.holds = holds
  }
}

extension ServiceLoad.Hold {
  /// A stop that stands.
  package init(_ lock: Lock) {
    self.init(
      .lock, on: lock.scope.description, since: lock.lockedAt, until: nil, detail: lock.reason)
  }

  /// A breaker that stops or limits anything; nil for one that does not.
  package init?(_ breaker: Breaker, at now: Timestamp) {
    switch breaker.phase(at: now) {
    case .closed: return nil
    case .open(let opening):
      self.init(
        .breaker, on: breaker.host.text, since: opening.since,
        until: opening.lifting == .time ? opening.until : nil,
        detail: breaker.stop(at: now)?.detail ?? "")
    case .halfOpen(let since, _):
      self.init(
        .breaker, on: breaker.host.text, since: since, until: nil,
        detail: "half-open: one lease tries it")
    case .ramping(let since):
      let end = since.adding(seconds: Breaker.stepSeconds * Int64(Breaker.steps.count))
      self.init(
        .breaker, on: breaker.host.text, since: since, until: end,
        detail: "coming back: \(breaker.shareHundredths(at: now)) % of the rate")
    }
  }

  /// Hours that are closed.
  package init?(closed share: ServiceLoad.Share) {
    guard !share.isOpen else { return nil }
    self.init(
      .window, on: "proposal \(share.budget.number) target \(share.budget.target)", since: nil,
      until: share.opensAt, detail: share.budget.hosts.joined(separator: " "))
  }
}
