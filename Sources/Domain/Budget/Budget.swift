/// What one grant may send to one target; its ceiling is the scope of the same id.
package struct Budget: Hashable, Sendable {
  package let id: BudgetID
  package let grant: GrantID
  /// The target's place in the content, from 0.
  package let target: Int64
  package let patterns: [HostPattern]
  package let pathPrefixes: [String]
  package let methods: [String]
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  package let evidenceExpiresAt: Timestamp?
  /// What the grant's total leaves of the target's requests; never negative.
  package let leftInTotal: Int64

  package init(
    id: BudgetID, grant: GrantID, target: Int64, patterns: [HostPattern],
    pathPrefixes: [String], methods: [String], startsAt: Timestamp, endsAt: Timestamp,
    evidenceExpiresAt: Timestamp?, leftInTotal: Int64
  ) {
    self.id = id
    self.grant = grant
    self.target = target
    self.patterns = patterns
    self.pathPrefixes = pathPrefixes
    self.methods = methods
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.evidenceExpiresAt = evidenceExpiresAt
    self.leftInTotal = leftInTotal
  }

  package func covers(_ host: Host, suffixes: PublicSuffixes) -> Bool {
    patterns.contains { $0.covers(host, suffixes: suffixes) }
  }
}

extension [Budget] {
  /// The target that covers all the hosts, or the hosts that stand in the way: those that no
  /// target covers, else those outside the target of the first one.
  package func target(
    of hosts: [Host], suffixes: PublicSuffixes
  ) -> Result<Budget, UncoveredHosts> {
    if let budget = first(where: { budget in
      hosts.allSatisfy { budget.covers($0, suffixes: suffixes) }
    }) {
      return .success(budget)
    }
    let nowhere = hosts.filter { host in !contains { $0.covers(host, suffixes: suffixes) } }
    guard nowhere.isEmpty, let first = hosts.first,
      let budget = self.first(where: { $0.covers(first, suffixes: suffixes) })
    else { return .failure(UncoveredHosts(hosts: nowhere)) }
    return .failure(
      UncoveredHosts(hosts: hosts.filter { !budget.covers($0, suffixes: suffixes) }))
  }
}

/// Hosts that no one target covers.
package struct UncoveredHosts: Error, Hashable, Sendable {
  package let hosts: [Host]
}
