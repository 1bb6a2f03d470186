extension Lease {
  /// Who gives a lease back.
  package enum Returner: Hashable, Sendable {
    case pool(PoolID)
    case gateway(GatewayID)
  }

  /// What a request to return leads to.
  package enum Return: Sendable {
    case ended(Ruling<ReturnedLease>)
    /// It was returned before; the reply was lost.
    case repeated(Lease)
  }

  /// A lease that was given back, with the last report.
  package struct ReturnedLease: Hashable, Sendable {
    package let lease: Lease
    package let report: UsageReport
    /// Settled where nothing passes any more.
    package let account: LeaseAccount
  }

  /// The chain, ended by its holder or its enforcement point.
  ///
  /// Free at once when the enforcement point says so or the lease is self-enforced; else the
  /// share counts until the last token has run out, since only the worker says that it stopped.
  /// - Parameters:
  ///   - heard: the report, where it was heard: one that tells nothing new does not tell that
  ///     nothing else was sent.
  ///   - account: before the report; nil: of a chain with one term.
  package func returned(
    holding held: Int64, report: UsageReport, heard: BreakerHearing? = nil,
    account: LeaseAccount? = nil, by returner: Returner, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Return {
    var refusals: [Refusal] = []
    if !isHeld(by: returner) { refusals.append(.leaseHeldByAnother) }
    if held != term.number, held != term.number - 1 {
      refusals.append(.wrongTerm(held: term.number))
    }
    if ended == nil, now >= term.expiresAt {
      refusals.append(.leaseExpired(at: term.expiresAt))
    } else if let ended, ended.cause != .returned {
      refusals.append(.leaseExpired(at: ended.at))
    }
    try Refusals.check(refusals)
    guard ended == nil else { return .repeated(self) }

    let lease = ended(
      Ending(
        at: now, cause: .returned, freesAt: isEnforced(by: returner) ? now : freesAt))
    let before = account ?? LeaseAccount(startedAt: startedAt).reserving(term)
    var left = heard?.account ?? before
    if heard?.isNew == true { left = left.returned(at: now, freesAt: lease.freesAt) }
    if lease.freesAt <= now { left = left.final }
    return .ended(
      Ruling(
        ReturnedLease(lease: lease, report: report, account: left),
        LogEntry(
          .leaseEnded, stream: StreamID(grant), object: EventObject("lease", id.text),
          by: actor, at: now,
          detail: [
            "cause": "returned", "term": JSON(term.number), "frees_at": JSON(lease.freesAt),
            "requests": JSON(report.requests), "used": JSON(left.final.used),
          ])))
  }

  /// How long after its end a lease's last report still counts.
  package static let reportGraceSeconds: Int64 = 60

  /// Whether a report on a term is the holder's or the enforcement point's, on the term held, and
  /// not about what was over long ago.
  package func reports(on held: Int64, by returner: Returner, at now: Timestamp) -> Bool {
    isHeld(by: returner) && held == term.number && ended == nil
      && now < term.expiresAt.adding(seconds: Lease.reportGraceSeconds)
  }

  private func isHeld(by returner: Returner) -> Bool {
    switch returner {
    case .pool(let pool): pool == self.pool
    case .gateway: isEnforced(by: returner)
    }
  }

  private func isEnforced(by returner: Returner) -> Bool {
    switch (returner, enforcementPoint) {
    case (.gateway(let gateway), .gateway(let point, _)): gateway == point
    case (.pool(let pool), .pool(let point)): pool == point
    default: false
    }
  }
}
