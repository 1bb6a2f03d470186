import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Review rounds: submissions, decisions, counter-offers, withdrawals.
enum ReviewHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/proposals/{id}/submissions", submit),
    Endpoint(.get, "/v1/proposals/{id}/decisions", decisions),
    Endpoint(.post, "/v1/proposals/{id}/decisions", decide),
    Endpoint(.post, "/v1/decisions/{id}/retractions", retract),
    Endpoint(.post, "/v1/proposals/{id}/counter_acceptances", accept),
    Endpoint(.post, "/v1/proposals/{id}/counter_declines", decline),
    Endpoint(.post, "/v1/proposals/{id}/withdrawals", withdraw),
  ]

  static func submit(_ call: Call) async throws -> Answer {
    let digest = try call.body { $0.required("revision_digest", .digest) }
    try await call.service.awaitDossier(for: try call.caller(), of: { try call.proposal() })
    return try await call.perform({ _ in
      SubmitProposal(proposal: try call.proposal(), digest: digest)
    }) { round in .created(round.json(status: round.recorded)) }
  }

  static func decide(_ call: Call) async throws -> Answer {
    let verdict = try call.body(Verdict.read).flatMap { verdict in
      Result { () throws(InvalidBody) -> Verdict in try verdict.checked() }
    }
    return try await call.perform({ _ in
      DecideProposal(proposal: try call.proposal(), verdict: verdict)
    }) { outcome in
      switch outcome {
      case .decided(let decision): .created(decision.json)
      case .conflicting(let refusals):
        Problems.problem(refusals, requestID: call.request.id, now: call.service.now)
      }
    }
  }

  static func retract(_ call: Call) async throws -> Answer {
    let reason = try call.optionalReason()
    return try await call.perform({ _ in
      RetractDecision(
        decision: try call.identifier("id", of: DecisionKind.self, called: "decision"),
        reason: reason)
    }) { .created($0.json) }
  }

  static func accept(_ call: Call) async throws -> Answer {
    let digest = try call.body { $0.required("counter_digest", .digest) }
    return try await call.perform({ _ in
      AcceptCounter(proposal: try call.proposal(), digest: digest)
    }) { round in .created(round.json(status: round.recorded)) }
  }

  static func decline(_ call: Call) async throws -> Answer {
    let input = try call.optionalBody { body -> DeclineCounter.Input? in
      let digest = body.optional("counter_digest", .digest)
      return DeclineCounter.Input(digest: digest, reason: body.optionalReason())
    }
    return try await call.perform({ _ in
      DeclineCounter(proposal: try call.proposal(), input: input)
    }) { round in .created(round.json(status: round.recorded)) }
  }

  static func decisions(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let proposal = try call.proposal()
      let page = try page.get()
      return ListDecisions(proposal: proposal, after: page.after, limit: page.limit + 1)
    }) { decisions in
      try page.get().answer(decisions, of: call.request, key: { $0.decision.id.text }, \.json)
    }
  }

  static func withdraw(_ call: Call) async throws -> Answer {
    let reason = try call.reason()
    return try await call.perform({ _ in
      WithdrawProposal(proposal: try call.proposal(), reason: reason)
    }) { round in .created(round.json(status: round.recorded)) }
  }
}
