internal import Domain

/// The service that a history is done to.
package protocol HistorySubject: Sendable {
  /// Where it takes place.
  static var place: ReferenceModel.Place { get }

  /// Does it; gives the codes of the refusal, the one before all others first, or none.
  ///
  /// - Parameters:
  ///   - before: the model as it was.
  ///   - now: seconds since the history began.
  mutating func perform(
    _ action: HistoryAction, in before: ReferenceModel, at now: Int
  ) async throws -> [String]

  /// What is seen of the proposal now.
  mutating func look() async throws -> HistoryStanding

  /// State and rate of every grant that was seen, oldest first: `active at 0.5`.
  func grants() async throws -> [String]
}

/// What is seen of a proposal.
package struct HistoryStanding: Equatable, Sendable, CustomStringConvertible {
  package let status: String
  package let effectiveStatus: String
  /// Who fills each seat, by number; of an open round only.
  package let signers: [Int?]
  /// The grant that is shown, by number, and its state.
  package let grant: Int?
  package let grantState: String?

  package init(
    status: String, effectiveStatus: String, signers: [Int?], grant: Int?, grantState: String?
  ) {
    self.status = status
    self.effectiveStatus = effectiveStatus
    self.signers = ["in_review", "countered"].contains(status) ? signers : []
    self.grant = grant
    self.grantState = grantState
  }

  package var description: String {
    let filled = signers.map { $0.map(String.init) ?? "-" }.joined(separator: ",")
    let shown = grant.map { "grant \($0 + 1) \(grantState ?? "-")" } ?? "no grant"
    return "\(status) (\(effectiveStatus)), seats [\(filled)], \(shown)"
  }
}

/// One history, done to a service and to the model step by step.
package struct History<Subject: HistorySubject>: Sendable {
  /// Where service and model part, after which steps.
  package struct Disagreement: Error, CustomStringConvertible {
    let seed: UInt64
    let steps: [HistoryAction]
    let said: String
    let expected: String

    package var description: String {
      let lines = steps.enumerated().map { "  \($0.offset + 1). \($0.element)" }
      return """
        seed \(seed), step \(steps.count): the service says \(said); the model says \(expected)
        \(lines.joined(separator: "\n"))
        """
    }
  }

  package private(set) var subject: Subject
  package private(set) var model = ReferenceModel(in: Subject.place)
  package private(set) var tally = HistoryTally()
  /// Whoever is not any more as in the cast, or was not for a while.
  package private(set) var changed: Set<Int> = []
  private let seed: UInt64
  private var random: SeededRandom
  private var steps: [HistoryAction] = []

  /// - Parameter subject: with a draft of the first content.
  package init(of subject: Subject, seed: UInt64) {
    self.subject = subject
    self.seed = seed
    random = SeededRandom(seed: seed)
  }

  /// Does twenty to forty steps.
  ///
  /// Errors: the first `Disagreement`.
  package mutating func run() async throws {
    for _ in 0..<Int.random(in: 20...40, using: &random) { try await step() }
    try await compareGrants()
    tally.histories = 1
    tally.grants = model.grants.count
    tally.countered = model.rounds.count { $0.offered != nil }
  }

  private mutating func step() async throws {
    model.now += 1
    let action = model.nextAction(&random)
    steps.append(action)
    if let person = action.changed { changed.insert(person) }
    let before = model
    let expected = model.perform(action)
    let codes = try await subject.perform(action, in: before, at: model.now)
    tally.steps += 1
    if !codes.isEmpty { tally.refused += 1 }
    try compare("\(codes)", "\(expected)", expected.allows(codes))
    // A refusal changes nothing: that shows at the next look, and looking costs most.
    guard codes.isEmpty else { return }
    let (said, wanted) = (try await subject.look(), model.standing)
    try compare("\(said)", "\(wanted)", said == wanted)
    if model.grants != before.grants { try await compareGrants() }
  }

  private func compareGrants() async throws {
    let said = try await subject.grants()
    let wanted = model.grants.map {
      "\(model.state(of: $0)) at \(JSON(Rate(milliRPS: Int64($0.rate))))"
    }
    try compare("\(said)", "\(wanted)", said == wanted)
  }

  private func compare(
    _ said: String, _ expected: String, _ isSame: Bool
  ) throws(Disagreement) {
    guard isSame else {
      throw Disagreement(seed: seed, steps: steps, said: said, expected: expected)
    }
  }
}

extension Expectation {
  /// Whether an answer with these codes is what the model expects.
  fileprivate func allows(_ codes: [String]) -> Bool {
    switch self {
    case .accepted: codes.isEmpty
    case .refused(let first, let all):
      codes.first == first && (all.map { $0 == Set(codes) } ?? true)
    case .refusedSomehow: !codes.isEmpty
    case .indifferent: true
    }
  }
}

extension ReferenceModel {
  fileprivate var standing: HistoryStanding {
    HistoryStanding(
      status: status, effectiveStatus: effectiveStatus, signers: signers, grant: grantShown,
      grantState: grantShown.map { state(of: grants[$0]) })
  }
}

/// What happened in histories.
package struct HistoryTally: Sendable, CustomStringConvertible {
  package var histories = 0
  package var steps = 0
  package var refused = 0
  package var countered = 0
  package var grants = 0

  package init() {}

  /// Histories in which nothing is ever granted or offered would show nothing.
  package var isTelling: Bool { grants * 10 > histories && countered * 50 > histories }

  package mutating func add(_ other: HistoryTally) {
    histories += other.histories
    steps += other.steps
    refused += other.refused
    countered += other.countered
    grants += other.grants
  }

  package var description: String {
    "\(histories) histories, \(steps) steps, \(refused) refused, \(countered) counter-offers, "
      + "\(grants) grants"
  }
}
