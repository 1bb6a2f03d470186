package import HTTPTypes

/// A method, a path pattern, and what answers it. A class, because every request refers to its
/// route.
package final class Route: Sendable {
  /// Answers after waiting for something.
  package typealias Handler = @Sendable (Request) async -> Response
  /// Answers from memory.
  package typealias ImmediateHandler = @Sendable (Request) -> Response
  /// Answers from memory, if the answer is there.
  package typealias RecallingHandler = @Sendable (Request) -> Response?

  enum Endpoint: Sendable {
    case waiting(Handler)
    case immediate(ImmediateHandler)
    case recalling(RecallingHandler, else: Handler)
    case fixed(Response)
    /// Begins behind the head; the content is in the request's `stream`.
    case streaming(Handler)

    var isStreaming: Bool {
      if case .streaming = self { true } else { false }
    }
  }

  /// How long a handler may take unless its route says otherwise.
  package static let timeoutSecondsDefault = 10

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
    timeoutSeconds: Int = timeoutSecondsDefault, handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.bodyBytesMax = bodyBytesMax
    self.timeoutSeconds = timeoutSeconds
    endpoint = .waiting(handler)
  }

  /// A route whose handler takes the content as it arrives, and may refuse it before. Its time
  /// counts from the content's end.
  package init(
    _ method: HTTPRequest.Method, _ pattern: String, bodyBytesMax: Int,
    timeoutSeconds: Int = timeoutSecondsDefault, streaming handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    self.bodyBytesMax = bodyBytesMax
    self.timeoutSeconds = timeoutSeconds
    endpoint = .streaming(handler)
  }

  /// A route that answers from memory, at once, on the connection's loop.
  package init(
    _ method: HTTPRequest.Method, _ pattern: String, bodyBytesMax: Int = 1024 * 1024,
    immediate: @escaping ImmediateHandler
  ) {
    self.method = method
    self.pattern = pattern
    self.bodyBytesMax = bodyBytesMax
    timeoutSeconds = Self.timeoutSecondsDefault
    endpoint = .immediate(immediate)
  }

  /// A route without a body whose answer is often in memory; when it is not, the handler waits
  /// for it.
  package init(
    _ method: HTTPRequest.Method, _ pattern: String, recalling: @escaping RecallingHandler,
    else handler: @escaping Handler
  ) {
    self.method = method
    self.pattern = pattern
    bodyBytesMax = 0
    timeoutSeconds = Self.timeoutSecondsDefault
    endpoint = .recalling(recalling, else: handler)
  }

  /// A route without a body that has one answer.
  package init(_ method: HTTPRequest.Method, _ pattern: String, fixed: Response) {
    self.method = method
    self.pattern = pattern
    bodyBytesMax = 0
    timeoutSeconds = Self.timeoutSecondsDefault
    endpoint = .fixed(fixed)
  }
}
