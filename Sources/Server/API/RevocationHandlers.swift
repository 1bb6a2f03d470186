import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// What enforcement points follow, and what they tell.
enum RevocationHandlers {
  static let path = "/v1/revocations"

  static let endpoints: [Endpoint] = [
    // The wait, and twice what the database may take.
    Endpoint(.get, path, timeoutSeconds: Int(StopBound.waitSecondsMax) + 14, read),
    Endpoint(
      .post, "/v1/enforcement-reports", bodyBytesMax: Endpoint.workerBodyBytesMax, createReport),
  ]

  /// How long somebody may say that they would wait; the service answers earlier.
  private static let waitSeconds: ClosedRange<Int64> = 0...60
  /// Numbers are exact in every JSON reader up to here.
  private static let epochMax: Int64 = 1 << 53

  static func read(_ call: Call) async throws -> Answer {
    let held = heldEpoch(call.request)
    let revocations = try await call.service.revocations(for: try call.caller()) {
      try question(call.request, held: held)
    }
    let tag = "W/\"\(revocations.next)\""
    if held == revocations.next { return Answer(304, body: .none).with(.eTag, tag) }
    return .ok([
      "epoch_events": .array(revocations.events.map(\.json)), "next": JSON(revocations.next),
    ]).with(.eTag, tag)
  }

  static func createReport(_ call: Call) async throws -> Answer {
    let body = try call.body(EnforcementReport.read)
    let caller = try call.caller().unkeyed
    // Before the report counts: whoever gets no answer tells it again, and nothing is missed.
    let overLimit = try await call.service.look(for: caller) { _ in FindOverLimit(report: body) }
    for sighting in overLimit {
      _ = try await call.perform({ _ in StopOverLimit(sighting: sighting) }, caller: caller) {
        .noContent
      }
    }
    return try await call.perform({ _ in RecordEnforcement(report: body) }) { acknowledged in
      .ok([
        "acknowledged": .array(acknowledged.map { JSON($0) }),
        "over_limit": .array(overLimit.map { JSON($0.lease) }),
      ])
    }
  }

  private static func question(
    _ request: Request, held: Int64?
  ) throws(InvalidBody) -> RevocationQuestion {
    var errors: [FieldError] = []
    func number(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
      guard let text = request.queryValue(name) else { return nil }
      if let value = Int64(digits: text.utf8), range.contains(value) { return value }
      errors.append(
        FieldError(
          JSONPointer.root.appending(name), .outOfRange,
          "must be \(range.lowerBound) to \(range.upperBound)"))
      return nil
    }
    let since = number("since", 0...epochMax)
    let wait = number("wait_seconds", waitSeconds)
    if !errors.isEmpty { throw InvalidBody(.invalidQuery, errors: errors) }
    return RevocationQuestion(since: since, waitSeconds: wait ?? 0, held: held)
  }

  /// The number in `If-None-Match`; the newest of several. Weak and strong tags compare alike
  /// (RFC 9110 §13.1.2).
  private static func heldEpoch(_ request: Request) -> Int64? {
    guard let header = request.header(.ifNoneMatch) else { return nil }
    return header.split(separator: ",").compactMap { part -> Int64? in
      var tag = part.drop { $0 == " " || $0 == "\t" }
      if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
      while tag.last == " " || tag.last == "\t" { tag.removeLast() }
      guard tag.hasPrefix("\""), tag.hasSuffix("\""), tag.utf8.count > 2 else { return nil }
      return Int64(digits: tag.utf8.dropFirst().dropLast())
    }.max()
  }
}
