package import Domain
import HTTP
import HTTPTypes
import Workflow

/// Errors as `application/problem+json` (RFC 9457): the only place that knows status codes.
package enum Problems {
  /// What an error is answered with.
  ///
  /// - Parameters:
  ///   - now: for `Retry-After`, which counts from here.
  ///   - asker: what tells one worker's call from another's, so that they are spread.
  ///   - incident: told of errors that no rule foresaw; gives the id that the answer names.
  package static func problem(
    for error: any Error, requestID: String, now: Timestamp, asker: [UInt8]? = nil,
    incident: (any Error) -> String
  ) -> Answer {
    switch error {
    case let refusals as Refusals:
      problem(refusals, requestID: requestID, now: now, asker: asker)
    case let refusal as Refusal:
      problem(Refusals(refusal), requestID: requestID, now: now, asker: asker)
    case let invalid as InvalidBody: problem(invalid, requestID: requestID)
    case let failure as CallFailure: problem(failure, requestID: requestID)
    case let failure as HTTPFailure: problem(failure, requestID: requestID)
    case let failure as MediaFailure: problem(failure, requestID: requestID)
    default:
      plain(
        .internalError, "Something went wrong here; the incident is \(incident(error)).",
        requestID)
    }
  }

  /// A refusal by a rule, with every reason in `blocking[]`.
  package static func problem(
    _ refusals: Refusals, requestID: String, now: Timestamp, asker: [UInt8]? = nil
  ) -> Answer {
    let first = refusals.first
    let status = status(of: first.code)
    var members = head(
      code: first.code.rawValue, title: first.code.title, status: status,
      detail: first.detail, requestID)
    members["blocking"] = .array(refusals.all.map(blocking))
    let widening = refusals.all.compactMap { refusal -> JSON? in
      guard case .conditionWidens(let pointer) = refusal else { return nil }
      return [
        "pointer": .string(pointer), "code": .string(refusal.code.rawValue),
        "detail": .string(refusal.detail),
      ]
    }
    if !widening.isEmpty { members["errors"] = .array(widening) }
    if case .staleDigest(let current) = first { members["current_digest"] = JSON(current) }
    let wait = refusals.retryAt(by: asker).map { Problems.wait(from: now, to: $0) }
    members["retry_after_seconds"] = wait.map { JSON($0) }
    var answer = Answer(status, body: .problem(.object(members)))
    if let wait { answer = answer.with(.retryAfter, String(wait)) }
    let limits = LeaseLimits.limits(of: refusals, at: now)
    return limits.map { answer.with(.rateLimit, $0) } ?? answer
  }

  /// Whole seconds until an instant, at least one, rounded up.
  static func wait(from now: Timestamp, to end: Timestamp) -> Int64 {
    max(1, (end.microseconds(since: now) + 999_999).floored(by: 1_000_000))
  }

  /// One reason as `blocking[]` has it.
  static func blocking(_ refusal: Refusal) -> JSON {
    [
      "code": .string(refusal.code.rawValue), "detail": .string(refusal.detail),
      "until": JSON(orNull: refusal.until), "subject": JSON(orNull: refusal.subject),
    ]
  }

  private static func problem(_ invalid: InvalidBody, requestID: String) -> Answer {
    let code = ProblemCode(rawValue: invalid.code.rawValue) ?? .invalidBody
    var members = head(
      code: code.rawValue, title: code.title, status: code.status,
      detail: invalid.errors.map { "\($0.pointer): \($0.detail)" }.joined(separator: "; "),
      requestID)
    members["errors"] = .array(
      invalid.errors.map { error in
        [
          "pointer": .string(error.pointer.description), "code": .string(error.code.rawValue),
          "detail": .string(error.detail),
        ]
      })
    return Answer(code.status, body: .problem(.object(members)))
  }

  private static func problem(_ failure: CallFailure, requestID: String) -> Answer {
    switch failure {
    case .unauthenticated(let reason):
      plain(.unauthenticated, "Not signed in: \(reason).", requestID)
        .with(.wwwAuthenticate, #"Bearer realm="countersign""#)
    case .unavailable(let reason, _):
      plain(.unavailable, "Not now: \(reason).", requestID, retryAfter: 1)
    case .overloaded: problem(HTTPFailure.overloaded, requestID: requestID)
    case .idempotencyKeyInvalid:
      plain(.malformedRequest, "An Idempotency-Key has 1 to 255 characters.", requestID)
    case .idempotencyKeyReused:
      plain(
        .idempotencyKeyReused, "This Idempotency-Key came with another body before.", requestID)
    case .idempotencyInProgress:
      plain(
        .idempotencyInProgress, "A call with this Idempotency-Key is running.", requestID,
        retryAfter: 1)
    case .preconditionFailed(let current):
      plain(
        .preconditionFailed, "If-Match names another version; the current one is \"\(current)\".",
        requestID)
    case .preconditionRequired:
      plain(.preconditionRequired, "Say which version you change: If-Match.", requestID)
    }
  }

  private static func problem(_ failure: HTTPFailure, requestID: String) -> Answer {
    let code = ProblemCode(failure)
    let retry: Int64? = failure == .overloaded || failure == .handlerTimedOut ? 1 : nil
    return plain(code, failure.description, requestID, retryAfter: retry)
  }

  private static func problem(_ failure: MediaFailure, requestID: String) -> Answer {
    switch failure {
    case .unsupported(let accepted):
      plain(.unsupportedMediaType, "The body must be \(accepted).", requestID)
    }
  }

  private static func plain(
    _ code: ProblemCode, _ detail: String, _ requestID: String, retryAfter: Int64? = nil
  ) -> Answer {
    var members = head(
      code: code.rawValue, title: code.title, status: code.status, detail: detail, requestID)
    members["retry_after_seconds"] = retryAfter.map { JSON($0) }
    let answer = Answer(code.status, body: .problem(.object(members)))
    return retryAfter.map { answer.with(.retryAfter, String($0)) } ?? answer
  }

  private static func head(
    code: String, title: String, status: Int, detail: String, _ requestID: String
  ) -> JSONObject {
    [
      "type": .string("/problems/\(code)"), "title": .string(title), "status": JSON(status),
      "detail": .string(detail), "instance": .string(requestID), "code": .string(code),
    ]
  }
}

/// Why a body was not even read.
package enum MediaFailure: Error, Hashable, Sendable {
  case unsupported(accepted: String)
}
