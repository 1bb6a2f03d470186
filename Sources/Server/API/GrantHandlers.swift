import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Grants: the numbers that were really authorised, and what becomes of them.
enum GrantHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/grants", list),
    Endpoint(.get, "/v1/grants/{id}", show),
    Endpoint(.get, "/v1/grants/{id}/usage", usage),
    Endpoint(.get, "/v1/grants/{id}/schedule", schedule),
    Endpoint(.post, "/v1/grants/{id}/revocations", revoke),
    Endpoint(.post, "/v1/grants/{id}/narrowings", narrow),
    Endpoint(.post, "/v1/grants/{id}/resumptions", resume),
    Endpoint(.post, "/v1/grants/{id}/attestations", attest),
    Endpoint(.post, "/v1/grants/{id}/handovers", handOver),
  ]

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListGrants(
        status: try call.query("status", "a state of a grant") { GrantState(rawValue: $0) },
        site: try call.query("site", "a host", Host.init(query:)), after: page.after,
        limit: page.limit + 1)
    }) { grants in
      try page.get().answer(
        grants, of: call.request, key: { $0.grant.standing.id.text }, \.summaryJSON)
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowGrant(grant: try id(call)) }) { .ok($0.json) }
  }

  static func usage(_ call: Call) async throws -> Answer {
    let form =
      call.request.header(.accept).flatMap {
        Preference($0, among: UsageForm.allCases.map(\.rawValue))
      }.flatMap { UsageForm(rawValue: $0.choice) } ?? .json
    let asked = Result { () throws(InvalidBody) -> UsagePeriod? in try call.usagePeriod() }
    if case .success(nil) = asked, form == .json {
      return try await call.look({ _ in ShowGrantUsage(grant: try id(call)) }) {
        Answer.ok($0.json).with(.vary, "Accept")
      }
    }
    let period = asked.map { $0 ?? UsagePeriod(step: .day) }
    return try await call.look({ _ in
      ShowUsageHistory(grant: try id(call), period: period)
    }) { output in
      switch form {
      case .json: Answer.ok(output.json).with(.vary, "Accept")
      case .csv:
        Answer(
          200, body: .bytes(output.history.table.bytes, contentType: CSVTable.contentType)
        ).with(.vary, "Accept").with(.xContentTypeOptions, "nosniff")
          .with(
            .disposition, "attachment; filename=\"usage-\(call.request.pathParameter("id")).csv\"")
      }
    }
  }

  /// How use is told.
  private enum UsageForm: String, CaseIterable {
    case json = "application/json"
    case csv = "text/csv"
  }

  static func schedule(_ call: Call) async throws -> Answer {
    try await call.look({ _ in
      let days = try call.query("days", "1 to \(TargetSchedule.daysMax)") { text in
        Int64(digits: text.utf8).flatMap { (1...TargetSchedule.daysMax).contains($0) ? $0 : nil }
      }
      return ShowSchedule(
        grant: try id(call), from: try call.query("from", "a day", LocalDate.init), days: days ?? 7)
    }) { output in
      .ok(["targets": .array(output.targets.map { $0.json(at: output.now) })])
    }
  }

  static func revoke(_ call: Call) async throws -> Answer {
    let reason = try call.reason()
    return try await call.perform({ _ in
      RevokeGrant(grant: try id(call), reason: reason)
    }) { .created($0.json) }
  }

  static func narrow(_ call: Call) async throws -> Answer {
    let input = try call.narrowing()
    return try await call.perform({ _ in
      NarrowGrant(grant: try id(call), input: input)
    }) { .created(["effective_at": JSON($0.effectiveAt)]) }
  }

  static func resume(_ call: Call) async throws -> Answer {
    let reason = try call.reason()
    return try await call.perform({ _ in
      ResumeGrant(grant: try id(call), reason: reason)
    }) { Answer($0.awaitsSecond ? 202 : 200, $0.view.json) }
  }

  static func attest(_ call: Call) async throws -> Answer {
    let input = try call.optionalBody { _ -> Void? in () }
    return try await call.perform({ _ in
      AttestGrant(grant: try id(call), input: input)
    }) { attestation in
      .created([
        "attested_at": JSON(attestation.at), "next_due": JSON(attestation.nextDue),
      ])
    }
  }

  static func handOver(_ call: Call) async throws -> Answer {
    let input = try call.body(HandOverGrant.Input.read)
    return try await call.perform({ _ in
      HandOverGrant(grant: try id(call), input: input)
    }) { Answer($0.acceptedAt == nil ? 202 : 200, $0.json) }
  }

  private static func id(_ call: Call) throws(Refusals) -> GrantID {
    try call.identifier("id", of: GrantKind.self, called: "grant")
  }
}
