/// What a proposal asks for, as its digest covers it (api.md, Proposals).
package struct ProposalContent: Hashable, Sendable {
  package let title: String
  package let purpose: String
  package let owner: PersonID
  package let deputy: PersonID
  package let maintainer: Maintainer
  package let startsOn: LocalDate
  package let endsOn: LocalDate
  package let pools: [PoolID]
  /// Nil: the build is not checked.
  package let buildDigests: [Digest]?
  package let identity: CrawlerIdentity
  /// By key of the questionnaire, scope `proposal`.
  package let answers: [String: Answer]
  package let evidence: [Evidence]?
  package let targets: [TargetContent]

  /// The longest span from the first day to the last.
  package static let spanDaysMax: Int32 = 180
  package static let targetsMax = 50
  /// The canonical bytes of a revision.
  package static let bytesMax = 262_144
}

/// Who answers the phone while the crawl runs.
package struct Maintainer: Hashable, Sendable {
  package let person: PersonID
  package let phone: String
}

/// How the crawler tells the target who it is.
package struct CrawlerIdentity: Hashable, Sendable {
  package let userAgent: String
  package let contact: String
  /// Addresses or address blocks.
  package let egress: [String]
}

/// A document that backs an answer for a time.
package struct Evidence: Hashable, Sendable {
  /// Key of the question it backs.
  package let question: String
  package let url: String?
  /// As written: with or without `sha256:`.
  package let sha256: String?
  package let observedOn: LocalDate
  package let expiresOn: LocalDate
  package let maxRate: Rate?

  /// Whether it counts on a day: observed by then and not expired.
  package func isValid(on day: LocalDate) -> Bool { observedOn <= day && day <= expiresOn }
}

/// The operator's written permission.
package struct Authorisation: Hashable, Sendable {
  package let issuer: String
  package let reference: String
  package let sha256: String
  package let maxRate: Rate
  package let expiresOn: LocalDate

  package func isValid(on day: LocalDate) -> Bool { day <= expiresOn }
}

/// One target: hosts of one site with one budget.
package struct TargetContent: Hashable, Sendable {
  /// As written; the patterns they stand for are in `patterns`.
  package let hosts: [String]
  package let patterns: [HostPattern]
  package let pathPrefixes: [String]
  package let methods: [Method]
  package let maxRate: Rate
  package let burst: Int64
  package let maxConcurrency: Int64
  package let maxWorkers: Int64
  package let dailyRequests: Int64
  /// Nil: daily requests times days.
  package let totalRequests: Int64?
  package let zone: Zone
  /// Nil: the tier's.
  package let windows: [WrittenWindow]?
  package let authorisation: Authorisation?
  package let evidence: [Evidence]?
  /// By key of the questionnaire, scope `target`.
  package let answers: [String: Answer]

  package enum Method: String, Hashable, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case options = "OPTIONS"
    case post = "POST"
  }

  /// The hours asked for; `always` where the content leaves them to the tier.
  package var windowSet: WindowSet {
    windows.map { WindowSet($0.map(\.window)) } ?? .always
  }
}

/// A window and how it was written, so that the digest covers the text.
package struct WrittenWindow: Hashable, Sendable {
  package let window: Window
  /// Nil: `all`.
  package let days: [Weekday]?
}
