/// The real use of a grant against what was granted, target by target: what the review of the
/// next revision looks at (lifecycle R14).
package struct GrantUsage: Hashable, Sendable {
  /// One target on one local day.
  package struct Day: Hashable, Sendable {
    package let target: Int64
    package let day: LocalDate
    /// Requests that leases reserved.
    package let reserved: Int64
    /// Requests that reports said were sent.
    package let requests: Int64
    /// The highest rate that a report saw, if one said so.
    package let mostRPSSeen: Rate?

    package init(
      target: Int64, day: LocalDate, reserved: Int64, requests: Int64, mostRPSSeen: Rate?
    ) {
      self.target = target
      self.day = day
      self.reserved = reserved
      self.requests = requests
      self.mostRPSSeen = mostRPSSeen
    }
  }

  /// What one target is allowed now.
  package struct Granted: Hashable, Sendable {
    package let target: Int64
    package let maxRate: Rate
    package let dailyRequests: Int64
    package let totalRequests: Int64
    package let leftInTotal: Int64

    package init(
      target: Int64, maxRate: Rate, dailyRequests: Int64, totalRequests: Int64,
      leftInTotal: Int64
    ) {
      self.target = target
      self.maxRate = maxRate
      self.dailyRequests = dailyRequests
      self.totalRequests = totalRequests
      self.leftInTotal = leftInTotal
    }
  }

  /// One target over the whole grant.
  package struct Target: Hashable, Sendable {
    package let granted: Granted
    package let requests: Int64
    package let reserved: Int64
    /// The most requests that were sent on one day.
    package let mostInADay: Int64
    /// The highest rate that a report saw, if one said so.
    package let mostRPSSeen: Rate?

    /// The smaller number that a follow-up might ask for; nil where the real use says nothing.
    package var proposedRate: Rate? {
      mostRPSSeen.flatMap { $0 > .none ? min($0, granted.maxRate) : nil }
    }
    package var proposedDailyRequests: Int64? {
      mostInADay > 0 ? min(mostInADay, granted.dailyRequests) : nil
    }
  }

  /// In order of target.
  package let targets: [Target]
  /// By target and then in their order; days on which nothing was leased are absent.
  package let days: [Day]

  package init(of granted: [Granted], days: [Day]) {
    targets = granted.map { granted in
      let own = days.filter { $0.target == granted.target }
      return Target(
        granted: granted, requests: own.reduce(0) { $0 + $1.requests },
        reserved: own.reduce(0) { $0 + $1.reserved },
        mostInADay: own.map(\.requests).max() ?? 0,
        mostRPSSeen: own.compactMap(\.mostRPSSeen).max())
    }
    self.days = days
  }
}
