import Domain

/// An enforcement point: it checks tokens by its own clock, which it holds against the service's,
/// and asks for epoch events.
final class Point {
  /// How far its own clock is ahead.
  private let skew: Int64
  private let rule: ShareRule
  /// The service's clock is so far ahead of its own, as far as it knows.
  private var offset: Int64 = 0
  private var measuredAt: Int64?
  /// When it asked for the copy of the epoch events that it has.
  private var askedAt: Int64?
  private var epoch: Int64 = 0
  private(set) var shares: [Int: EnforcedShare] = [:]
  /// Chains in the order in which they were first seen.
  private var order: [Int] = []

  /// Half a round trip may not be longer: half the guard.
  static let uncertaintyMax = LeaseTerm.guardSeconds * 1_000_000 / 2
  /// A measurement serves no longer than a lease.
  static let measurementMax = LeaseTerm.secondsUsual * 1_000_000
  /// A copy of the epoch events serves no longer.
  static let copyMax: Int64 = 15_000_000

  init(rule: ShareRule, skew: Int64) {
    self.rule = rule
    self.skew = skew
  }

  /// From when on it honours nothing of a share, as far as it knows now, in true time.
  func deadline(of share: EnforcedShare) -> Int64 {
    // Doorman's client waits for an answer without end, and keeps what it has.
    guard rule == .countersign else { return .max }
    guard let measuredAt, let askedAt else { return .min }
    let ends = share.term.expiresAt.microseconds(since: Fleet.start) - offset - skew
    return min(ends, measuredAt + Point.measurementMax, askedAt + Point.copyMax)
  }

  /// Lets pass on all shares what is sent up to an instant.
  func advance(to now: Int64, _ record: inout Record) {
    for chain in order { advance(chain, to: now, &record) }
  }

  /// A worker presents a token.
  ///
  /// - Returns: whether it is honoured, as far as its epoch goes.
  func present(
    _ term: Term, project: Int, voidBy number: Int64?, voidAt: Int64, appetite: Appetite,
    at now: Int64, _ record: inout Record
  ) -> Bool {
    if let number, number <= epoch { return false }
    if var share = shares[term.chain] {
      guard term.number > share.term.number else { return true }
      share.advance(to: now, deadline: deadline(of: share), &record)
      share.close(at: now, &record)
      share.adopt(term, voidAt: voidAt, at: now)
      share.open(at: now, deadline: deadline(of: share))
      shares[term.chain] = share
    } else {
      var share = EnforcedShare(
        term, project: project, voidAt: voidAt, appetite: appetite, at: now)
      share.open(at: now, deadline: deadline(of: share))
      shares[term.chain] = share
      order.append(term.chain)
    }
    return true
  }

  /// It heard the service's clock and epoch events.
  ///
  /// - Parameters:
  ///   - clock: the service's, somewhere between the question and now.
  ///   - voids: the chains whose terms are void by what it heard.
  func heard(
    clock: Int64, askedAt asked: Int64, epoch known: Int64, voids: (EnforcedShare) -> Bool,
    at now: Int64, _ record: inout Record
  ) -> [Int] {
    advance(to: now, &record)
    if (now - asked) / 2 <= Point.uncertaintyMax, asked > measuredAt ?? .min {
      offset = clock - (asked + skew + (now - asked) / 2)
      measuredAt = asked
    }
    askedAt = max(askedAt ?? .min, asked)
    epoch = max(epoch, known)
    var made: [Int] = []
    for chain in order {
      guard var share = shares[chain] else { continue }
      if !share.isVoid, voids(share) {
        share.close(at: now, &record)
        share.makeVoid()
        made.append(chain)
      }
      share.open(at: now, deadline: deadline(of: share))
      shares[chain] = share
    }
    return made
  }

  /// An epoch event: from its bound on nothing that it covers may pass here.
  func bind(project: Int, before number: Int64, at bound: Int64) {
    for chain in order {
      guard let share = shares[chain], share.project == project, share.term.epoch < number
      else { continue }
      shares[chain]?.voidAt = min(share.voidAt, bound)
    }
  }

  /// Nobody sends under the lease any more.
  func abandon(_ chain: Int, at now: Int64, _ record: inout Record) {
    advance(chain, to: now, &record)
    shares[chain]?.abandon()
  }

  /// It honours the lease no more.
  func drop(_ chain: Int, at now: Int64, _ record: inout Record) {
    advance(chain, to: now, &record)
    shares[chain]?.close(at: now, &record)
    shares[chain] = nil
    order.removeAll { $0 == chain }
  }

  /// The rate that it honours for a chain now.
  func rate(of chain: Int) -> Int64 { shares[chain]?.term.rate.microRPS ?? 0 }

  private func advance(_ chain: Int, to now: Int64, _ record: inout Record) {
    guard let share = shares[chain] else { return }
    shares[chain]?.advance(to: now, deadline: deadline(of: share), &record)
  }
}
