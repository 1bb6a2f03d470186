extension LeaseGround {
  /// What the chain has in the scopes that count it already.
  package struct Standing: Hashable, Sendable {
    /// As it was stored.
    package let account: LeaseAccount
    /// After the report that came with the call.
    package let settled: LeaseAccount
    /// In which local day each scope counts the chain.
    package let days: [ScopeID: LocalDate]

    package init(
      account: LeaseAccount, settled: LeaseAccount? = nil, days: [ScopeID: LocalDate]
    ) {
      self.account = account
      self.settled = settled ?? account
      self.days = days
    }

    /// What the report gives back; never negative.
    var givenBack: Int64 { account.bound - settled.bound }
  }

  /// Requests that may still be reserved in a scope: what the report gives back is there again. A
  /// scope that comes to count the chain only now has to have room for what its tokens allow.
  package func left(in scope: Scope) -> Int64 {
    let left = scope.capacity.dailyRequests - scope.spentToday
    guard let standing else { return max(0, left) }
    let isCounted = standing.days[scope.id] != nil
    return max(0, isCounted ? left + standing.givenBack : left - standing.settled.reserved)
  }

  /// Requests that may still be reserved.
  var quotaLeft: Int64 {
    min(totalLeft, scopes.map { left(in: $0) }.min() ?? 0)
  }

  /// Of the grant's total.
  var totalLeft: Int64 { leftInTotal + (standing?.givenBack ?? 0) }

  /// Whether a scope's zone was changed since: the day that the chain is counted in there is over,
  /// and with it the chain (I5).
  var isPastItsDay: Bool {
    guard let standing else { return false }
    return scopes.contains { scope in
      standing.days[scope.id].map { $0 != scope.day(at: now) } ?? false
    }
  }
}
