package import HTTPTypes

/// What went wrong before or around a handler.
package enum HTTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are not a request; the words say why and are safe to show.
  case malformedMessage(String)
  /// A percent escape in the path or query is malformed, or stands for NUL or for no UTF-8.
  case malformedPath
  /// No route has this path.
  case notFound
  /// Routes have this path, for other methods.
  case methodNotAllowed(allow: [String])
  /// The request did not arrive in time.
  case requestTimedOut
  /// The body is longer than the route takes.
  case bodyTooLarge(bytesMax: Int)
  /// The request line is too long.
  case targetTooLong(bytesMax: Int)
  /// `Expect` asks for something else than `100-continue`.
  case expectationUnknown
  /// There are too many fields, or too long ones.
  case headerTooLarge
  /// A handler made an answer that cannot be sent.
  case responseInvalid
  /// The method is not served anywhere here.
  case methodUnknown
  /// The transfer coding is not served.
  case codingUnknown
  /// The handler did not answer in time.
  case handlerTimedOut
  /// Too much is being done at the moment.
  case overloaded
  /// The major version is not 1.
  case versionUnsupported

  /// The status of the answer.
  package var status: HTTPResponse.Status {
    switch self {
    case .malformedMessage, .malformedPath: .badRequest
    case .notFound: .notFound
    case .methodNotAllowed: .methodNotAllowed
    case .requestTimedOut: .requestTimeout
    case .bodyTooLarge: .contentTooLarge
    case .targetTooLong: .uriTooLong
    case .expectationUnknown: .expectationFailed
    case .headerTooLarge: .requestHeaderFieldsTooLarge
    case .responseInvalid: .internalServerError
    case .methodUnknown, .codingUnknown: .notImplemented
    case .handlerTimedOut, .overloaded: .serviceUnavailable
    case .versionUnsupported: .httpVersionNotSupported
    }
  }

  /// One sentence, safe to show.
  package var description: String {
    switch self {
    case .malformedMessage(let words): "The request is not valid HTTP/1.1: \(words)."
    case .malformedPath: "The target has a malformed percent escape."
    case .notFound: "Nothing is served at this path."
    case .methodNotAllowed(let allow):
      "This path is served for \(allow.joined(separator: ", ")) only."
    case .requestTimedOut: "The request did not arrive in time."
    case .bodyTooLarge(let bytesMax): "The body may have at most \(bytesMax) bytes."
    case .targetTooLong(let bytesMax): "The request line may have at most \(bytesMax) bytes."
    case .expectationUnknown: "Only the expectation 100-continue is served."
    case .headerTooLarge: "The header fields are too many or too long."
    case .responseInvalid: "The answer could not be sent."
    case .methodUnknown: "This method is not served."
    case .codingUnknown: "Only the transfer coding chunked is served."
    case .handlerTimedOut: "The answer did not come in time."
    case .overloaded: "Too many requests are being answered at the moment."
    case .versionUnsupported: "Only HTTP/1.1 and HTTP/1.0 are served."
    }
  }
}
