import Domain

@testable import Simulation

/// Two replicas that each give a lease of one scope, in every order of their statements.
enum ReplicaInterleaving {
  /// What keeps them apart.
  enum Locking { case scopeRow, nothing }

  static let rate: Int64 = 1_000_000

  /// lock, read, write, commit
  private static let statements = 4

  /// Whose statement comes next, for every order that keeps each replica's own.
  static let all: [[Int]] = orders(statements, statements)

  private static func orders(_ first: Int, _ second: Int) -> [[Int]] {
    if first == 0 { return [Array(repeating: 1, count: second)] }
    if second == 0 { return [Array(repeating: 0, count: first)] }
    return orders(first - 1, second).map { [0] + $0 } + orders(first, second - 1).map { [1] + $0 }
  }

  /// What both have given together when all is committed.
  ///
  /// A replica that finds the row locked waits: its turns pass to the other until it commits.
  static func granted(_ order: [Int], locking: Locking) -> Int64 {
    var committed: [Occupant] = []
    var holder: Int?
    var steps = [0, 0]
    var offers: [Occupant?] = [nil, nil]
    var turns = order
    while !turns.isEmpty {
      var replica = turns.removeFirst()
      if locking == .scopeRow, let holder, holder != replica, steps[replica] == 0 {
        guard let next = turns.firstIndex(of: holder) else { break }
        turns.remove(at: next)
        turns.insert(replica, at: 0)
        replica = holder
      }
      switch steps[replica] {
      case 0: holder = replica
      case 1: offers[replica] = offer(in: committed, number: replica)
      case 2: break
      default:
        committed += [offers[replica]].compactMap(\.self)
        if holder == replica { holder = nil }
      }
      steps[replica] += 1
    }
    return committed.reduce(0) { $0 + $1.current.rate.microRPS }
  }

  /// A lease of all that is free.
  private static func offer(in committed: [Occupant], number: Int) -> Occupant? {
    let scope = Scope(
      id: .budget(BudgetID(numbered: 0)), label: "budget",
      capacity: Capacity(
        rate: Rate(microRPS: rate), burst: 9, concurrency: 9, workers: 9, dailyRequests: 1),
      opening: Opening(.always, in: .utc), holdUntil: nil, epoch: 0, spentToday: 0,
      occupants: committed)
    let free = scope.free(at: Fleet.start, for: nil)
    guard free.microRPS > 0 else { return nil }
    return Occupant(
      lease: LeaseID(numbered: number), budget: BudgetID(numbered: 0), startedAt: Fleet.start,
      wish: Rate(microRPS: rate),
      current: Portion(rate: Rate(microRPS: free.microRPS), burst: 1, concurrency: 1),
      currentFreesAt: Fleet.start.adding(seconds: 63), previous: .none, previousFreesAt: nil)
  }
}
