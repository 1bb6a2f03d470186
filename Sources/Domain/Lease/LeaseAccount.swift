/// What a chain has sent at the most: what reports tell of, and what its tokens would let through
/// beyond that (decision 27).
///
/// `used` and `bound` are the two halves of its row in the day of every scope that it charges:
/// `used` is used, the rest of `bound` reserved. A chain lives in one local day of each (I5).
package struct LeaseAccount: Hashable, Sendable {
  /// Requests that were sent until `coveredUntil`, as far as reports tell; what a report may have
  /// left out counts as sent.
  package let used: Int64
  /// Never below what was sent and may still be sent with the tokens that are out.
  package let bound: Int64
  /// Until when `used` tells everything, at least; by the database's clock.
  package let coveredUntil: Timestamp
  /// Terms whose tokens may have let something through since, oldest first.
  package let open: [OpenTerm]

  package struct OpenTerm: Hashable, Sendable {
    /// Requests; of several old terms together where there are many.
    package let quota: Int64
    /// The first instant at which nothing passes under it any more.
    package let freesAt: Timestamp

    package init(quota: Int64, freesAt: Timestamp) {
      self.quota = quota
      self.freesAt = freesAt
    }
  }

  /// How many open terms are told apart; older ones count as one, until the last of them is over.
  package static let openMax = 8

  package init(used: Int64, bound: Int64, coveredUntil: Timestamp, open: [OpenTerm]) {
    precondition(0 <= used && used <= bound, "what is used was reserved")
    self.used = used
    self.bound = bound
    self.coveredUntil = coveredUntil
    self.open = open
  }

  /// Of a chain that has no term yet.
  package init(startedAt: Timestamp) {
    self.init(used: 0, bound: 0, coveredUntil: startedAt, open: [])
  }

  package var reserved: Int64 { bound - used }

  /// With a next term.
  package func reserving(_ term: LeaseTerm) -> LeaseAccount {
    var open = open + [OpenTerm(quota: term.quota, freesAt: term.freesAt)]
    while open.count > LeaseAccount.openMax {
      let (first, second) = (open.removeFirst(), open.removeFirst())
      open.insert(
        OpenTerm(
          quota: first.quota + second.quota, freesAt: max(first.freesAt, second.freesAt)), at: 0)
    }
    return LeaseAccount(
      used: used, bound: bound + term.quota, coveredUntil: coveredUntil, open: open)
  }

  /// Once the enforcement point has seen the newest term and refuses those before.
  package func acknowledged(at now: Timestamp) -> LeaseAccount {
    LeaseAccount(
      used: used, bound: bound, coveredUntil: coveredUntil,
      open: open.dropLast().map {
        OpenTerm(quota: $0.quota, freesAt: min($0.freesAt, now))
      } + open.suffix(1))
  }

  /// After a report that is counted for the first time.
  ///
  /// Only lengths of time are taken from the holder's clock. A report that does not begin where
  /// the one before ended, or a first one that does not tell of the chain's whole life, leaves
  /// something out: all that was reserved may have been sent. Nobody is believed to have sent
  /// more than was reserved.
  ///
  /// - Parameters:
  ///   - report: of a chain that began at `startedAt`.
  ///   - last: the newest one before that was counted.
  package func reported(
    _ report: UsageReport, after last: LastReport?, since startedAt: Timestamp,
    at now: Timestamp
  ) -> LeaseAccount {
    let isWhole: Bool
    if let last {
      isWhole = report.from <= last.to
    } else {
      let lived = now.microseconds(since: startedAt)
      let told = report.to.microseconds(since: report.from)
      isWhole = abs(told - lived) <= LeaseTerm.guardSeconds * 1_000_000
    }
    let told = max(0, report.to.microseconds(since: last?.to ?? report.from))
    return LeaseAccount(
      used: isWhole ? min(bound, used + report.requests) : bound, bound: bound,
      coveredUntil: min(max(now, coveredUntil), coveredUntil.adding(microseconds: told)),
      open: open
    ).settled
  }

  /// When its holder has said with its last report that nothing more is sent.
  ///
  /// - Parameter freesAt: until when its tokens still count all the same, for whoever does not
  ///   enforce them only says so.
  package func returned(at now: Timestamp, freesAt: Timestamp) -> LeaseAccount {
    let account = LeaseAccount(
      used: used, bound: bound, coveredUntil: max(coveredUntil, freesAt),
      open: open.map { OpenTerm(quota: $0.quota, freesAt: min($0.freesAt, freesAt)) })
    return freesAt <= now ? account.settled : account
  }

  /// What is certain once nothing can pass any more: what no report covered counts as sent.
  package var final: LeaseAccount {
    let account = settled
    return LeaseAccount(
      used: account.bound, bound: account.bound, coveredUntil: coveredUntil, open: [])
  }

  /// Terms that were over before everything was told are told of: what they left is given back.
  private var settled: LeaseAccount {
    let open = open.filter { coveredUntil < $0.freesAt }
    let most = open.reduce(used) { $0 + $1.quota }
    return LeaseAccount(
      used: used, bound: min(bound, most), coveredUntil: coveredUntil, open: open)
  }
}
