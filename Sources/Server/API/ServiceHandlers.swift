import Domain
import HTTP
import HTTPTypes
import Metrics
import Workflow

/// Whether the process lives and is ready, and the pages that explain the API.
enum ServiceHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/livez", fixed: .ok(["status": "live"])),
    Endpoint(.get, "/readyz", ready),
    Endpoint(.get, "/metrics", metrics),
    Endpoint(.get, "/openapi.yaml", immediate: openAPI),
    Endpoint(.get, "/problems/{code}", problemPage),
  ]

  static func ready(_ call: Call) async throws -> Answer {
    try await call.service.checkReadiness()
    _ = try call.service.signingKey
    return .ok(["status": "ready"])
  }

  /// Numbers for operators. Without a credential, as scrapers ask; the edge keeps others out.
  static func metrics(_ call: Call) async throws -> Answer {
    let families = await call.meters.families(of: call.service)
    return Answer(
      200, body: .bytes(MetricsText.bytes(of: families), contentType: MetricsText.contentType))
  }

  static func openAPI(_ call: Call) -> Answer {
    Answer(
      200,
      body: .bytes(call.service.settings.openAPI, contentType: "application/yaml"))
  }

  /// A page for the `type` of a problem: what the code means.
  static func problemPage(_ call: Call) async throws -> Answer {
    let code = call.request.pathParameter("code")
    guard let problem = Problems.explained.first(where: { $0.code == code }) else {
      throw Refusals(.notFound(kind: "problem", id: code))
    }
    let page = """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>\(problem.title)</title>
      <h1>\(problem.title)</h1>
      <p>Code <code>\(problem.code)</code>, status \(problem.status).</p>
      <p>The members <code>detail</code>, <code>blocking</code> and <code>errors</code> of the
      answer say which rule refused, until when, and what would have to change.</p>
      </html>

      """
    return Answer(
      200, body: .bytes(Array(page.utf8), contentType: "text/html; charset=utf-8"))
  }
}

extension Problems {
  /// Every code that an answer can carry.
  static let explained: [(code: String, title: String, status: Int)] =
    ProblemCode.allCases.map { ($0.rawValue, $0.title, $0.status) }
    + Refusal.Code.allCases.map { ($0.rawValue, $0.title, Problems.status(of: $0)) }
}
