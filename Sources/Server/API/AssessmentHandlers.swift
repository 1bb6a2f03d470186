import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// The policy: what it says of a content, and its versions.
enum AssessmentHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/assessments", assess),
    Endpoint(.get, "/v1/policies", policies),
  ]

  static func assess(_ call: Call) async throws -> Answer {
    let document = try call.contentDocument()
    return try await call.look({ _ in AssessContent(document: document) }) { output in
      var members = output.assessment.json
      members["digest"] = JSON(output.digest)
      members["seats"] = .array(
        output.seats.map { seat in
          [
            "role": .string(seat.role.rawValue),
            "eligible": .array(seat.eligible.map { JSON($0) }),
          ]
        })
      return .ok(.object(members))
    }
  }

  static func policies(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> (Page, Int64?) in
      let page = try Page(call.request)
      return (page, try page.afterNumber())
    }
    return try await call.look({ _ in
      let (page, before) = try page.get()
      return ListPolicies(before: before, limit: page.limit + 1)
    }) { versions in
      try page.get().0.answer(
        versions, of: call.request, key: { String($0.version) }, \.json)
    }
  }
}
