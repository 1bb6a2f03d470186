/// The newest usage report of a lease that was counted.
package struct LastReport: Hashable, Sendable {
  /// The term that it told of.
  package let term: Int64
  /// Until when it told, by the holder's clock.
  package let to: Timestamp
  /// When it arrived, by the database's clock.
  package let at: Timestamp

  package init(term: Int64, to: Timestamp, at: Timestamp) {
    self.term = term
    self.to = to
    self.at = at
  }
}

extension UsageReport {
  /// How a report goes on from the one before.
  package enum Progress: Hashable, Sendable {
    case new
    /// The one before, sent again.
    case repeated
    /// The next term's, and yet it tells nothing of the time since the one before, in which so
    /// many renewals were due.
    case missing(renewals: Int)
  }

  /// How far the holder's clock may be off, or jump, between two reports.
  package static let clockSeconds: Int64 = 60

  /// Errors: `InvalidBody` where the report cannot be one of this lease.
  ///
  /// The holder's clock may be wrong, so its instants are held only against each other: a period
  /// longer than the lease has lived, or one that begins long before the last one ended.
  func check(
    against lease: Lease, after last: LastReport?, at now: Timestamp
  ) throws(InvalidBody) {
    let clock = UsageReport.clockSeconds * 1_000_000
    let place = JSONPointer.root.appending("usage").appending("from")
    if to.microseconds(since: from) > max(0, now.microseconds(since: lease.startedAt)) + clock {
      throw InvalidBody(errors: [
        FieldError(place, .outOfRange, "the lease has not lived that long")
      ])
    }
    // One that tells nothing new may be as long as it was the first time.
    if let last, to > last.to, last.to.microseconds(since: from) > clock {
      throw InvalidBody(errors: [
        FieldError(place, .outOfRange, "the report before told until \(last.to) already")
      ])
    }
  }

  /// The newest report once this one counts: one that tells of no later time leaves the clock of
  /// the overdue ones running.
  func last(on term: LeaseTerm, after last: LastReport?, at now: Timestamp) -> LastReport {
    if let last, to <= last.to {
      return LastReport(term: term.number, to: last.to, at: last.at)
    }
    return LastReport(term: term.number, to: to, at: now)
  }

  /// Renewals are due after a third of a term, at the earliest a tenth before; a return is due
  /// at any time.
  func progress(
    of lease: Lease, after last: LastReport?, with occasion: BreakerHearing.Occasion,
    at now: Timestamp
  ) -> Progress {
    guard let last, to <= last.to else { return .new }
    // The renewal was refused, and comes again as it was.
    if last.term == lease.term.number { return .repeated }
    if occasion == .restitution { return .new }
    let length = lease.term.expiresAt.microseconds(since: lease.term.issuedAt)
    let due = max(1, length / 3 * 9 / 10)
    switch now.microseconds(since: last.at) / due {
    case 0: return .new
    case 1: return .missing(renewals: 1)
    default: return .missing(renewals: 2)
    }
  }
}
