package import Domain
package import HTTP

/// Codes of problems that are no refusal by a rule of the domain.
package enum ProblemCode: String, CaseIterable, Sendable {
  case invalidBody = "invalid_body"
  case invalidQuery = "invalid_query"
  case reasonRequired = "reason_required"
  case malformedRequest = "malformed_request"
  case unauthenticated
  case noSuchPath = "no_such_path"
  case methodNotAllowed = "method_not_allowed"
  case requestTimeout = "request_timeout"
  case idempotencyInProgress = "idempotency_in_progress"
  case preconditionFailed = "precondition_failed"
  case bodyTooLarge = "body_too_large"
  case targetTooLong = "target_too_long"
  case unsupportedMediaType = "unsupported_media_type"
  case expectationFailed = "expectation_failed"
  case idempotencyKeyReused = "idempotency_key_reused"
  case preconditionRequired = "precondition_required"
  case headerTooLarge = "header_too_large"
  case internalError = "internal"
  case notImplemented = "not_implemented"
  case unavailable
  case overloaded
  case handlerTimeout = "handler_timeout"
  case versionNotSupported = "http_version_not_supported"

  package init(_ failure: HTTPFailure) {
    self =
      switch failure {
      case .malformedMessage, .malformedPath: .malformedRequest
      case .notFound: .noSuchPath
      case .methodNotAllowed: .methodNotAllowed
      case .requestTimedOut: .requestTimeout
      case .bodyTooLarge: .bodyTooLarge
      case .targetTooLong: .targetTooLong
      case .expectationUnknown: .expectationFailed
      case .headerTooLarge: .headerTooLarge
      case .responseInvalid: .internalError
      case .methodUnknown, .codingUnknown: .notImplemented
      case .handlerTimedOut: .handlerTimeout
      case .overloaded: .overloaded
      case .versionUnsupported: .versionNotSupported
      }
  }

  package var status: Int {
    switch self {
    case .invalidBody, .invalidQuery, .reasonRequired, .malformedRequest: 400
    case .unauthenticated: 401
    case .noSuchPath: 404
    case .methodNotAllowed: 405
    case .requestTimeout: 408
    case .idempotencyInProgress: 409
    case .preconditionFailed: 412
    case .bodyTooLarge: 413
    case .targetTooLong: 414
    case .unsupportedMediaType: 415
    case .expectationFailed: 417
    case .idempotencyKeyReused: 422
    case .preconditionRequired: 428
    case .headerTooLarge: 431
    case .internalError: 500
    case .notImplemented: 501
    case .unavailable, .overloaded, .handlerTimeout: 503
    case .versionNotSupported: 505
    }
  }

  /// The code in words.
  package var title: String { rawValue.words }
}

extension Refusal.Code {
  /// The code in words.
  package var title: String { rawValue.words }
}

extension String {
  /// `no_capacity` as `No capacity`.
  fileprivate var words: String {
    let text = split(separator: "_").joined(separator: " ")
    return text.prefix(1).uppercased() + text.dropFirst()
  }
}
