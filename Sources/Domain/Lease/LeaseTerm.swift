/// One term of a lease: the numbers of one token. Its number is the fencing value.
package struct LeaseTerm: Hashable, Sendable {
  /// 1, 2, 3 …
  package let number: Int64
  package let portion: Portion
  /// Requests reserved for the term, at least one.
  package let quota: Int64
  /// The budget's local day that the quota is counted in.
  package let day: LocalDate
  package let issuedAt: Timestamp
  /// At this instant it is over.
  package let expiresAt: Timestamp

  /// How long a term is where nothing shortens it.
  package static let secondsUsual: Int64 = 60
  /// How long a term may become so that one request fits into it.
  package static let secondsMost: Int64 = 300
  /// A term shorter than this is not worth granting.
  package static let secondsLeast: Int64 = 2
  /// How long after its end a term still counts: clocks differ and requests are under way.
  package static let guardSeconds: Int64 = 3

  package init(
    number: Int64, portion: Portion, quota: Int64, day: LocalDate, issuedAt: Timestamp,
    expiresAt: Timestamp
  ) {
    self.number = number
    self.portion = portion
    self.quota = quota
    self.day = day
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }

  /// The first instant at which it takes up nothing.
  package var freesAt: Timestamp { LeaseTerm.freesAt(endingAt: expiresAt) }

  /// A term counts up to and including its end + guard (I8); this is the instant after.
  package static func freesAt(endingAt expiresAt: Timestamp) -> Timestamp {
    expiresAt.adding(seconds: guardSeconds).adding(microseconds: 1)
  }

  /// When the holder should renew: after a third of the term, a tenth earlier or later by the
  /// chain and the term, so that a fleet does not renew in one beat and a repeat is told the same.
  package func renewAt(of lease: LeaseID) -> Timestamp {
    let third = expiresAt.microseconds(since: issuedAt) / 3
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in Array("\(lease).\(number)".utf8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let thousandths = Int64(hash >> 32 % 201) - 100
    return issuedAt.adding(microseconds: third + third * thousandths / 1_000)
  }

  /// Seconds that a term of this rate lasts: so long that one request fits into it, if that is
  /// possible at all.
  static func seconds(for rate: Rate) -> Int64 {
    guard rate > .none else { return secondsUsual }
    return min(secondsMost, max(secondsUsual, (1_000_000 + rate.microRPS - 1) / rate.microRPS))
  }

  /// Requests that the rate sends in a time, rounded up, and the burst; 1 in ticket mode.
  static func quota(of portion: Portion, microseconds: Int64) -> Int64 {
    if portion.rate.isTicket { return 1 }
    let sent = Int128(portion.rate.microRPS) * Int128(microseconds)
    return Int64((sent + 999_999_999_999) / 1_000_000_000_000) + portion.burst
  }
}

extension Rate {
  /// Whether not even one request fits into the longest term: ticket mode (budgets.md, Numbers).
  /// The lease is renewed until one does, since the bucket fills over the terms of a chain.
  package var isTicket: Bool { microRPS * LeaseTerm.secondsMost < 1_000_000 }
}

/// What still matters of a term that was replaced: its token may be in use somewhere.
package struct PastTerm: Hashable, Sendable {
  package let number: Int64
  package let portion: Portion
  package let expiresAt: Timestamp

  package init(number: Int64, portion: Portion, expiresAt: Timestamp) {
    self.number = number
    self.portion = portion
    self.expiresAt = expiresAt
  }

  /// What has to be counted of all the terms that `next` replaces: of `term` and of those before
  /// it, whose tokens may be in use as well when renewals follow each other quickly.
  ///
  /// One portion until one instant stands for them all. It is exact unless three terms in a row
  /// shrink; then it is more than they take up, never less (decision 10).
  init(replaced term: LeaseTerm, by next: LeaseTerm, older: PastTerm?) {
    let isCovered =
      term.portion.fits(within: next.portion) && term.expiresAt <= next.expiresAt
    guard let older, next.issuedAt < older.freesAt else {
      self.init(number: term.number, portion: term.portion, expiresAt: term.expiresAt)
      return
    }
    if isCovered {
      self.init(number: term.number, portion: older.portion, expiresAt: older.expiresAt)
    } else {
      let isOlderCovered =
        older.portion.fits(within: term.portion) && older.expiresAt <= term.expiresAt
      self.init(
        number: term.number,
        portion: isOlderCovered ? term.portion : older.portion.largest(term.portion),
        expiresAt: max(older.expiresAt, term.expiresAt))
    }
  }

  /// The first instant at which it takes up nothing.
  package var freesAt: Timestamp { LeaseTerm.freesAt(endingAt: expiresAt) }
}
