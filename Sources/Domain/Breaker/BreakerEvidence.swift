/// What the reports of the last minute add up to, second by second of their arrival.
package struct BreakerEvidence: Hashable, Sendable {
  /// Connections that failed in a row before the newest second.
  package let failuresBefore: Int64
  /// Oldest first, one for each second with a report.
  package let tallies: [Tally]

  /// All reports of one second.
  package struct Tally: Hashable, Sendable {
    /// Since 1970, by the database's clock.
    package let second: Int64
    package var requests: Int64 = 0
    package var errors: Int64 = 0
    /// Of the reports of which at least a fifth failed.
    package var badRequests: Int64 = 0
    package var badErrors: Int64 = 0
    /// Connections that may have failed in a row.
    package var failures: Int64 = 0
    /// Requests with an answer, whatever it was.
    package var answers: Int64 = 0

    package init(second: Int64) { self.second = second }
  }

  /// How far back requests are looked at together.
  package static let seconds: Int64 = 60
  /// Fewer requests than this say nothing about a share.
  package static let requestsLeast: Int64 = 50
  /// The share of errors that opens, in hundredths.
  package static let errorHundredths: Int64 = 20
  /// Connections that fail in a row.
  package static let failuresMost: Int64 = 5

  package init(failuresBefore: Int64 = 0, tallies: [Tally] = []) {
    self.failuresBefore = failuresBefore
    self.tallies = tallies
  }

  /// With one report more, without what is older than a minute.
  func adding(_ report: UsageReport, at second: Int64) -> BreakerEvidence {
    var tallies = tallies
    var before = failuresBefore
    if let last = tallies.last, last.second < second {
      before = last.answers > 0 ? 0 : before + last.failures
    }
    if tallies.last.map({ $0.second < second }) ?? true { tallies.append(Tally(second: second)) }
    tallies[tallies.count - 1].add(report)
    let kept = tallies.filter { $0.second > second - BreakerEvidence.seconds }
    return BreakerEvidence(failuresBefore: before, tallies: kept)
  }

  /// Only what was heard from a second on; a run of failures from before it is over.
  func since(_ second: Int64) -> BreakerEvidence {
    let kept = tallies.filter { $0.second >= second }
    return BreakerEvidence(
      failuresBefore: kept.count == tallies.count ? failuresBefore : 0, tallies: kept)
  }

  /// Whether too much of a minute failed. Of the newest second only bad reports count, so that
  /// a good one that happens to come first never hides them.
  var hasTooManyErrors: Bool {
    guard let newest = tallies.last else { return false }
    let older = tallies.dropLast()
    let requests = older.reduce(newest.badRequests) { $0 + $1.requests }
    let errors = older.reduce(newest.badErrors) { $0 + $1.errors }
    return newest.badErrors > 0 && requests >= BreakerEvidence.requestsLeast
      && BreakerEvidence.isBad(errors, of: requests)
  }

  /// Whether connections fail one after the other. An answer ends a run from the next second on.
  var hasTooManyFailures: Bool {
    guard let newest = tallies.last, newest.failures > 0 else { return false }
    return failuresBefore + newest.failures >= BreakerEvidence.failuresMost
  }

  static func isBad(_ errors: Int64, of requests: Int64) -> Bool {
    errors > 0 && Int128(errors) * 100 >= Int128(requests) * Int128(errorHundredths)
  }
}

extension BreakerEvidence.Tally {
  fileprivate mutating func add(_ report: UsageReport) {
    requests += report.requests
    errors += report.errors
    answers += report.answers
    let isBad = BreakerEvidence.isBad(report.errors, of: report.requests)
    if isBad {
      badRequests += report.requests
      badErrors += report.errors
    }
    // A report says nothing of the order. Of few requests the failures count as a run; of many
    // the share decides.
    if isBad || report.requests < BreakerEvidence.requestsLeast {
      failures += report.connectionErrors
    }
  }
}

extension UsageReport {
  /// Answers of any status.
  package var answers: Int64 { status.values.reduce(0, +) }

  /// Requests that failed: no answer, or one that tells of trouble. What is not there (404, 410)
  /// is no trouble.
  package var errors: Int64 {
    status.reduce(timeouts + connectionErrors) { sum, entry in
      entry.key >= 400 && entry.key != 404 && entry.key != 410 ? sum + entry.value : sum
    }
  }

  func answered(_ codes: Int64...) -> Bool { codes.contains { status[$0] ?? 0 > 0 } }
}
