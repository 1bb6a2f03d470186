/// A share of a budget held by one worker: a chain of terms (budgets.md).
package struct Lease: Hashable, Sendable {
  package let id: LeaseID
  package let grant: GrantID
  package let budget: BudgetID
  package let pool: PoolID
  package let worker: WorkerID
  /// Exactly one: the id of a gateway, or of the pool where it enforces itself (I7).
  package let enforcementPoint: EnforcementPoint
  /// The credential that its term was granted or renewed with; it ends with its key (I5).
  package let credential: String
  package let hosts: [Host]
  package let buildDigest: Digest?
  package let startedAt: Timestamp
  package let term: LeaseTerm
  /// The term before, while its token may still be in use.
  package let previous: PastTerm?
  package let wish: Rate
  package let ended: Ending?

  /// How a chain ended before its time.
  package struct Ending: Hashable, Sendable {
    package enum Cause: String, Hashable, Sendable, CaseIterable {
      case returned, revoked, exhausted
      /// Nobody asked for a next term.
      case expired
    }

    package let at: Timestamp
    package let cause: Cause
    /// The first instant at which its share is free.
    package let freesAt: Timestamp

    package init(at: Timestamp, cause: Cause, freesAt: Timestamp) {
      self.at = at
      self.cause = cause
      self.freesAt = freesAt
    }
  }

  /// No chain lives longer: it ends with the local day (I5), which has 25 hours at the most, and
  /// its last report may come a little later.
  package static let secondsMost: Int64 = 26 * 3_600

  package enum State: String, Hashable, Sendable {
    case live, expired, returned, revoked, exhausted
  }

  package init(
    id: LeaseID, grant: GrantID, budget: BudgetID, pool: PoolID, worker: WorkerID,
    enforcementPoint: EnforcementPoint, credential: String, hosts: [Host],
    buildDigest: Digest?, startedAt: Timestamp, term: LeaseTerm, previous: PastTerm?,
    wish: Rate, ended: Ending?
  ) {
    self.id = id
    self.grant = grant
    self.budget = budget
    self.pool = pool
    self.worker = worker
    self.enforcementPoint = enforcementPoint
    self.credential = credential
    self.hosts = hosts
    self.buildDigest = buildDigest
    self.startedAt = startedAt
    self.term = term
    self.previous = previous
    self.wish = wish
    self.ended = ended
  }

  /// The first instant at which nothing of it is taken up any more.
  package var freesAt: Timestamp {
    if let ended { return ended.freesAt }
    return max(term.freesAt, previous?.freesAt ?? term.freesAt)
  }

  /// A term ends on its last instant: at `expiresAt` it is over.
  package func state(at now: Timestamp) -> State {
    if let ended {
      switch ended.cause {
      case .returned: return .returned
      case .revoked: return .revoked
      case .exhausted: return .exhausted
      case .expired: return .expired
      }
    }
    return now < term.expiresAt ? .live : .expired
  }

  /// In ticket mode the instant before which the chain's first request cannot be sent; nil once
  /// it has passed, and where more than one request fits into a term.
  package var notBefore: Timestamp? {
    guard term.portion.rate.isTicket, let interval = term.portion.rate.intervalNanoseconds
    else { return nil }
    let first = startedAt.adding(microseconds: (interval + 999) / 1_000)
    return first > term.issuedAt ? first : nil
  }

  /// The lease as its scopes see it.
  package var occupant: Occupant {
    Occupant(
      lease: id, budget: budget, startedAt: startedAt, wish: wish, current: term.portion,
      currentFreesAt: ended?.freesAt ?? term.freesAt, previous: previous?.portion ?? .none,
      previousFreesAt: ended == nil ? previous?.freesAt : nil)
  }

  /// The chain with a next term; the one held so far becomes the previous one.
  func continued(with next: LeaseTerm, wish: Rate, credential: String) -> Lease {
    Lease(
      id: id, grant: grant, budget: budget, pool: pool, worker: worker,
      enforcementPoint: enforcementPoint, credential: credential, hosts: hosts,
      buildDigest: buildDigest, startedAt: startedAt, term: next,
      previous: PastTerm(replaced: term, by: next, older: previous), wish: wish, ended: nil)
  }

  func ended(_ ending: Ending) -> Lease {
    Lease(
      id: id, grant: grant, budget: budget, pool: pool, worker: worker,
      enforcementPoint: enforcementPoint, credential: credential, hosts: hosts,
      buildDigest: buildDigest, startedAt: startedAt, term: term, previous: previous,
      wish: wish, ended: ending)
  }
}

/// Who enforces a lease: its id stands in the row, its name in the token's `aud`.
package enum EnforcementPoint: Hashable, Sendable {
  case gateway(GatewayID, name: String)
  /// The pool enforces its own leases.
  case pool(PoolID)

  package var id: String {
    switch self {
    case .gateway(let id, _): id.text
    case .pool(let id): id.text
    }
  }

  /// The token's `aud`.
  package var audience: String {
    switch self {
    case .gateway(_, let name): name
    case .pool(let id): id.text
    }
  }

  package var isSelf: Bool { if case .pool = self { true } else { false } }
}
