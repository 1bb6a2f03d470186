package import HTTPTypes

/// A method, a path pattern, and what answers it.
package struct Route: Sendable {
  /// Answers after waiting for something.
  package typealias Handler = @Sendable (Request) async -> Response
  /// Answers from memory.
  package typealias ImmediateHandler = @Sendable (Request) -> Response

  enum Endpoint: Sendable {
    case waiting(Handler)
    case immediate(ImmediateHandler)
  }

  /// GET also serves HEAD.
  package let method: HTTPRequest.Method
  /// Segments after slashes: `{name}` stands for one whole segment, which is not empty.
  package let pattern: String
  /// The longest body it takes.
  package let bodyBytesMax: Int
  /// How long the handler may take until it is cancelled and 503 is sent.
  package let timeoutSeconds: Int
  let endpoint: Endpoint

  /// A route whose handler may wait. It runs on the connection's loop.
  package init(
    _ method: HTTPRequest.Method, _ pattern: String, bodyBytesMax: Int = 1024 * 1024,
    timeoutSeconds: Int = 10, handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.bodyBytesMax = bodyBytesMax
    self.timeoutSeconds = timeoutSeconds
    endpoint = .waiting(handler)
  }

  /// A route that answers from memory, at once, on the connection's loop.
  package init(
    _ method: HTTPRequest.Method, _ pattern: String, bodyBytesMax: Int = 1024 * 1024,
    immediate: @escaping ImmediateHandler
  ) {
    self.method = method
    self.pattern = pattern
    self.bodyBytesMax = bodyBytesMax
    timeoutSeconds = 10
    endpoint = .immediate(immediate)
  }
}
