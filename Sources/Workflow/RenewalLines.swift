import Domain

/// Who waits for a running transaction of the same budget: the queue's state, without any waiting.
///
/// A line is there while a transaction runs for it, whether or not anybody waits.
struct RenewalLines<Waiting> {
  /// What calls wait behind. Of a lease that this replica has not seen yet nobody knows the budget
  /// before it is read: its first call waits for nobody but calls for the same lease.
  enum Line: Hashable, Sendable {
    case budget(BudgetID)
    case lease(LeaseID)
  }

  /// How many wait for one budget at most; whoever comes then is refused at once.
  static var waitingMax: Int { 64 }
  /// Of how many leases the budget is remembered. Then it begins anew: each lease is alone once.
  static var leasesMax: Int { 65_536 }

  private var lines: [Line: [(lease: LeaseID, waiting: Waiting)]] = [:]
  private var budgets: [LeaseID: BudgetID] = [:]

  /// How many lines there are, and who waits in them.
  var count: Int { lines.count }
  var waitingCount: Int { lines.values.reduce(0) { $0 + $1.count } }

  mutating func learn(_ lease: LeaseID, _ budget: BudgetID) {
    if budgets[lease] != nil { return }
    if budgets.count >= Self.leasesMax { budgets = [:] }
    budgets[lease] = budget
  }

  /// The line that a call is now the first of; nil where it has to join others.
  mutating func begun(for lease: LeaseID) -> Line? {
    let line = line(of: lease)
    guard lines[line] == nil else { return nil }
    lines[line] = []
    return line
  }

  /// Where a call has come to.
  enum Place: Hashable, Sendable {
    case first(Line)
    case behind
    case full
  }

  /// The call waits behind whatever runs, or is first after all.
  mutating func joined(_ waiting: Waiting, for lease: LeaseID) -> Place {
    if let line = begun(for: lease) { return .first(line) }
    let line = line(of: lease)
    guard lines[line, default: []].count < Self.waitingMax else { return .full }
    lines[line, default: []].append((lease, waiting))
    return .behind
  }

  /// Its transaction has ended. Those who go together in the next one, in the order in which they
  /// came: of each lease one, the others stay. With nobody left the line is gone.
  mutating func next(_ line: Line, most: Int) -> [Waiting] {
    var (taken, left): ([Waiting], [(lease: LeaseID, waiting: Waiting)]) = ([], [])
    var leases: Set<LeaseID> = []
    for one in lines[line] ?? [] {
      if taken.count < most, leases.insert(one.lease).inserted {
        taken.append(one.waiting)
      } else {
        left.append(one)
      }
    }
    lines[line] = taken.isEmpty ? nil : left
    return taken
  }

  /// Nobody would fare better than the one who gave up: the line is gone, and all who waited.
  mutating func dissolved(_ line: Line) -> [Waiting] {
    (lines.removeValue(forKey: line) ?? []).map(\.waiting)
  }

  private func line(of lease: LeaseID) -> Line {
    budgets[lease].map { .budget($0) } ?? .lease(lease)
  }
}
