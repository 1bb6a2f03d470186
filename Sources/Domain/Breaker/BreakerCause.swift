/// What opens a breaker (budgets.md, Breaker), the mildest first.
package enum BreakerCause: String, Hashable, Sendable, CaseIterable, Comparable {
  /// A fifth of at least fifty requests failed within a minute.
  case errors
  /// Five connections in a row were not made.
  case connections
  /// Answers take three times as long as at low load, or five seconds.
  case latency
  /// More was sent than the lease allows.
  case overLimit = "over_limit"
  /// Nothing was reported of the time of two renewals.
  case reportOverdue = "report_overdue"
  /// 429 or 503: a server asked for rest.
  case throttled
  /// 451.
  case legalNotice = "legal_notice"
  /// A captcha or a page that blocks.
  case challenge

  /// Whether time alone does not close it again.
  package var needsPeople: Bool { self >= .legalNotice }

  package var words: String {
    switch self {
    case .errors: "too many requests failed"
    case .connections: "connections were not made"
    case .latency: "answers became slow"
    case .overLimit: "more was sent than the lease allows"
    case .reportOverdue: "nobody reported what was sent"
    case .throttled: "a server asked for rest (429 or 503)"
    case .legalNotice: "a server refused for legal reasons (451)"
    case .challenge: "a captcha or a block page was seen"
    }
  }

  package static func < (left: BreakerCause, right: BreakerCause) -> Bool {
    left.place < right.place
  }

  private var place: Int { BreakerCause.allCases.firstIndex(of: self) ?? 0 }
}
