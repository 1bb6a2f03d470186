import Domain
import HTTP
package import HTTPTypes
import Workflow

/// One row of the route table.
package struct Endpoint: Sendable {
  package let method: HTTPRequest.Method
  package let path: String
  package let bodyBytesMax: Int
  package let handler: Handler

  package enum Handler: Sendable {
    case waiting(@Sendable (Call) async throws -> Answer)
    /// Answers from memory, on the loop, without a task.
    case immediate(@Sendable (Call) -> Answer)
  }

  /// Bodies of calls by people (1 MiB).
  package static let peopleBodyBytesMax = 1 << 20
  /// Bodies of calls by workers (64 KiB).
  package static let workerBodyBytesMax = 64 << 10

  package init(
    _ method: HTTPRequest.Method, _ path: String, bodyBytesMax: Int = peopleBodyBytesMax,
    _ handler: @escaping @Sendable (Call) async throws -> Answer
  ) {
    self.method = method
    self.path = path
    self.bodyBytesMax = bodyBytesMax
    self.handler = .waiting(handler)
  }

  package init(
    _ method: HTTPRequest.Method, _ path: String,
    immediate handler: @escaping @Sendable (Call) -> Answer
  ) {
    self.method = method
    self.path = path
    bodyBytesMax = 0
    self.handler = .immediate(handler)
  }

  /// The HTTP route: every error of the handler becomes a problem.
  func route(
    service: Service, incident: @escaping @Sendable (any Error, _ requestID: String) -> String
  ) -> Route {
    switch handler {
    case .immediate(let handler):
      Route(
        method, path, bodyBytesMax: bodyBytesMax,
        immediate: { handler(Call(request: $0, service: service)).response })
    case .waiting(let handler):
      Route(method, path, bodyBytesMax: bodyBytesMax) { request in
        do {
          return try await handler(Call(request: request, service: service)).response
        } catch {
          return Problems.problem(
            for: error, requestID: request.id, now: service.now,
            incident: { incident($0, request.id) }
          ).response
        }
      }
    }
  }
}
