import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// What a policy says of a content or of a revision that is there.
enum AssessmentHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/assessments", assess)
  ]

  static func assess(_ call: Call) async throws -> Answer {
    if call.contentType == "application/json", call.namesProposal {
      let input = try call.body(AssessRevision.Input.read)
      return try await call.look({ _ in AssessRevision(input: input) }, answer: answer)
    }
    let document = try call.contentDocument()
    return try await call.look({ _ in AssessContent(document: document) }, answer: answer)
  }

  private static func answer(_ appraisal: Appraisal) -> Answer {
    var members = appraisal.assessment.json
    members["sources"] = appraisal.sources
    members["digest"] = JSON(appraisal.digest)
    members["policy"] = appraisal.policyVersion.map { JSON($0) } ?? .null
    members["seats"] = .array(
      appraisal.seats.map { seat in
        [
          "role": .string(seat.role.rawValue),
          "eligible": .array(seat.eligible.map { JSON($0) }),
        ]
      })
    return .ok(.object(members))
  }
}

extension Call {
  /// Whether the JSON body asks about a proposal rather than about a content.
  fileprivate var namesProposal: Bool {
    do {
      guard case .object(let members) = try JSONParser.parse(request.body) else { return false }
      return members["proposal"] != nil
    } catch {
      // The reading of the content says what is wrong with it.
      return false
    }
  }
}

extension AssessRevision.Input {
  /// `{proposal, revision?, policy_version? or policy?}`.
  fileprivate static func read(_ body: JSONReader) -> AssessRevision.Input? {
    let proposal = body.required(
      "proposal", JSONField.parsed("an id or a number") { ProposalReference($0) })
    let revision = body.optional("revision", .integer(1...1_000_000))
    let version = body.optional("policy_version", .integer(1...1_000_000_000))
    let policy = body.optional("policy", .policy)
    if body.names.contains("policy_version"), body.names.contains("policy") {
      body.refuse("policy", .duplicate, "either a version or a policy")
    }
    guard let proposal else { return nil }
    let rules = policy.map(Rules.sent) ?? version.map(Rules.version) ?? .inForce
    return AssessRevision.Input(proposal: proposal, revision: revision, policy: rules)
  }
}
