import Domain
import HTTP
package import HTTPTypes
import Workflow

/// One row of the route table.
package struct Endpoint: Sendable {
  package let method: HTTPRequest.Method
  package let path: String
  package let bodyBytesMax: Int
  /// How long its handler may take.
  let timeoutSeconds: Int
  package let handler: Handler
  /// As what its answers are counted, beside the requests.
  let counted: LeaseCall?

  package enum Handler: Sendable {
    case waiting(@Sendable (Call) async throws -> Answer)
    /// Answers from memory, on the loop, without a task.
    case immediate(@Sendable (Call) -> Answer)
    /// Answers from memory when the answer is there, else waits for it.
    case recalling(@Sendable (Call) -> Answer?, else: @Sendable (Call) async throws -> Answer)
    /// Takes the body as it arrives, from the request's `stream`.
    case streaming(@Sendable (Call) async throws -> Answer)
    /// The same for everybody, always.
    case fixed(Answer)
  }

  /// Bodies of calls by people (1 MiB).
  package static let peopleBodyBytesMax = 1 << 20
  /// Bodies of calls by workers (64 KiB).
  package static let workerBodyBytesMax = 64 << 10

  package init(
    _ method: HTTPRequest.Method, _ path: String, bodyBytesMax: Int = peopleBodyBytesMax,
    timeoutSeconds: Int = Route.timeoutSecondsDefault, counted: LeaseCall? = nil,
    _ handler: @escaping @Sendable (Call) async throws -> Answer
  ) {
    self.method = method
    self.path = path
    self.bodyBytesMax = bodyBytesMax
    self.timeoutSeconds = timeoutSeconds
    self.handler = .waiting(handler)
    self.counted = counted
  }

  package init(
    _ method: HTTPRequest.Method, _ path: String, bodyBytesMax: Int,
    streaming handler: @escaping @Sendable (Call) async throws -> Answer
  ) {
    self.method = method
    self.path = path
    self.bodyBytesMax = bodyBytesMax
    timeoutSeconds = Route.timeoutSecondsDefault
    self.handler = .streaming(handler)
    counted = nil
  }

  package init(
    _ method: HTTPRequest.Method, _ path: String,
    immediate handler: @escaping @Sendable (Call) -> Answer
  ) {
    self.method = method
    self.path = path
    bodyBytesMax = 0
    timeoutSeconds = Route.timeoutSecondsDefault
    self.handler = .immediate(handler)
    counted = nil
  }

  package init(
    _ method: HTTPRequest.Method, _ path: String,
    recalling: @escaping @Sendable (Call) -> Answer?,
    else handler: @escaping @Sendable (Call) async throws -> Answer
  ) {
    self.method = method
    self.path = path
    bodyBytesMax = 0
    timeoutSeconds = Route.timeoutSecondsDefault
    self.handler = .recalling(recalling, else: handler)
    counted = nil
  }

  package init(_ method: HTTPRequest.Method, _ path: String, fixed answer: Answer) {
    self.method = method
    self.path = path
    bodyBytesMax = 0
    timeoutSeconds = Route.timeoutSecondsDefault
    handler = .fixed(answer)
    counted = nil
  }

  /// The HTTP route: every error of the handler becomes a problem.
  func route(
    service: Service, meters: Meters,
    incident: @escaping @Sendable (any Error, _ requestID: String) -> String
  ) -> Route {
    switch handler {
    case .fixed(let answer): Route(method, path, fixed: answer.response)
    case .immediate(let handler):
      Route(
        method, path, bodyBytesMax: bodyBytesMax,
        immediate: {
          handler(Call(request: $0, service: service, meters: meters)).response
        })
    case .recalling(let recall, let handler):
      Route(
        method, path,
        recalling: { recall(Call(request: $0, service: service, meters: meters))?.response },
        else: catching(handler, service: service, meters: meters, incident: incident))
    case .streaming(let handler):
      Route(
        method, path, bodyBytesMax: bodyBytesMax,
        streaming: catching(handler, service: service, meters: meters, incident: incident))
    case .waiting(let handler):
      Route(
        method, path, bodyBytesMax: bodyBytesMax, timeoutSeconds: timeoutSeconds,
        handler: catching(handler, service: service, meters: meters, incident: incident))
    }
  }

  private func catching(
    _ handler: @escaping @Sendable (Call) async throws -> Answer, service: Service,
    meters: Meters,
    incident: @escaping @Sendable (any Error, _ requestID: String) -> String
  ) -> Route.Handler {
    { [counted] request in
      let answer: Answer
      do {
        answer = try await handler(Call(request: request, service: service, meters: meters))
      } catch {
        answer = Problems.problem(
          for: error, requestID: request.id, now: service.now, asker: request.asker,
          incident: { incident($0, request.id) })
      }
      if let counted { meters.leases.count(counted, answer) }
      return answer.response
    }
  }
}
