import Domain
import Postgres

extension LeaseStore {
  static func view(_ row: Row) throws -> LeaseView {
    let pool = try row.identifier(3, of: PoolKind.self)
    let term = LeaseTerm(
      number: try row.int64(10),
      portion: Portion(
        rate: Rate(microRPS: try row.int64(11)), burst: try row.int64(12),
        concurrency: try row.int64(13)),
      quota: try row.int64(14), day: try row.localDate(15), issuedAt: try row.instant(17),
      expiresAt: try row.instant(18))
    let lease = Lease(
      id: try row.identifier(0, of: LeaseKind.self),
      grant: try row.identifier(1, of: GrantKind.self),
      budget: try row.identifier(2, of: BudgetKind.self), pool: pool,
      worker: try row.identifier(4, of: WorkerKind.self),
      enforcementPoint: try enforcementPoint(row, pool: pool), credential: try row.text(6),
      hosts: try row.textArray(7).map { try Host($0) },
      buildDigest: try row.textOrNil(8).map { try row.decoded(8, Digest($0)) },
      startedAt: try row.instant(9), term: term, previous: try pastTerm(row, before: term),
      wish: Rate(microRPS: try row.int64(16)), ended: try ending(row))
    return LeaseView(
      lease: lease, workerName: try row.text(27),
      proposal: try row.identifier(28, of: ProposalKind.self))
  }

  /// A lease with its newest report, its account, and the days that count it.
  static func standing(_ row: Row) throws -> GroundStore.Standing {
    let scopes = try row.textArray(38).map { try row.decoded(38, ScopeID($0)) }
    let days = try row.int64Array(39).map { LocalDate(daysSince1970: Int32($0)) }
    return GroundStore.Standing(
      view: try view(row), lastReport: try BreakerStore.lastReport(row, from: 29),
      account: LeaseGround.Standing(
        account: try account(row, from: 32),
        days: Dictionary(uniqueKeysWithValues: zip(scopes, days))))
  }

  /// Six columns: the five of an account, and when the newest term was acknowledged.
  static func account(_ row: Row, from first: Int) throws -> LeaseAccount {
    let ends = try row.int64Array(first + 4)
    let account = LeaseAccount(
      used: try row.int64(first), bound: try row.int64(first + 1),
      coveredUntil: try row.instant(first + 2),
      open: zip(try row.int64Array(first + 3), ends).map {
        LeaseAccount.OpenTerm(quota: $0, freesAt: Timestamp(microseconds: $1))
      })
    return try row.instantOrNil(first + 5).map { account.acknowledged(at: $0) } ?? account
  }

  static func occupant(_ row: Row) throws -> Occupant {
    let endedFreesAt: Timestamp? = try row.bool(13) ? try row.instant(14) : nil
    let expiresAt = try row.instant(8)
    let previousExpiresAt = try row.instantOrNil(12)
    return Occupant(
      lease: try row.identifier(1, of: LeaseKind.self),
      budget: try row.identifier(2, of: BudgetKind.self), startedAt: try row.instant(3),
      wish: Rate(microRPS: try row.int64(4)),
      current: Portion(
        rate: Rate(microRPS: try row.int64(5)), burst: try row.int64(6),
        concurrency: try row.int64(7)),
      currentFreesAt: endedFreesAt ?? LeaseTerm.freesAt(endingAt: expiresAt),
      previous: Portion(
        rate: Rate(microRPS: try row.int64(9)), burst: try row.int64(10),
        concurrency: try row.int64(11)),
      previousFreesAt: previousExpiresAt.map {
        min(LeaseTerm.freesAt(endingAt: $0), endedFreesAt ?? .distantFuture)
      }, granted: try row.int64OrNil(15).map { Rate(microRPS: $0) },
      most: try row.int64OrNil(16).map { Rate(microRPS: $0) })
  }

  private static func enforcementPoint(_ row: Row, pool: PoolID) throws -> EnforcementPoint {
    let id = try row.text(5)
    guard let gateway = GatewayID(id) else { return .pool(pool) }
    return .gateway(gateway, name: try row.text(26))
  }

  private static func pastTerm(_ row: Row, before term: LeaseTerm) throws -> PastTerm? {
    guard let expiresAt = try row.instantOrNil(22) else { return nil }
    return PastTerm(
      number: term.number - 1,
      portion: Portion(
        rate: Rate(microRPS: try row.int64(19)), burst: try row.int64(20),
        concurrency: try row.int64(21)),
      expiresAt: expiresAt)
  }

  private static func ending(_ row: Row) throws -> Lease.Ending? {
    guard let at = try row.instantOrNil(23) else { return nil }
    return Lease.Ending(
      at: at, cause: try row.decoded(24, Lease.Ending.Cause(rawValue: try row.text(24))),
      freesAt: try row.instant(25))
  }
}

extension Timestamp {
  fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
