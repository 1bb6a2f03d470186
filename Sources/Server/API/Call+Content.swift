import Domain
import HTTP
import Wire
import Workflow

extension Call {
  /// The content in the body: `{"content": {…}}` as JSON, or the content itself as YAML.
  func contentDocument() throws(MediaFailure) -> Result<ContentDocument, InvalidBody> {
    let bytes = request.body
    switch contentType {
    case "application/json":
      return Result { () throws(InvalidBody) -> ContentDocument in
        do throws(JSONParseError) {
          return ContentDocument(json: try JSONParser.parse(bytes), form: .body)
        } catch {
          throw InvalidBody(error)
        }
      }
    case "application/yaml":
      return Result { () throws(InvalidBody) -> ContentDocument in
        ContentDocument(json: try YAMLDocument.parse(bytes), form: .file)
      }
    default: throw .unsupported(accepted: "application/json or application/yaml")
    }
  }

  /// The reason in the body `{reason}`; `reason_required` when it is absent or blank.
  func reason() throws(MediaFailure) -> Result<String, InvalidBody> {
    try body { body -> String? in
      guard let reason = body.optional("reason", .string(0...2_000)) else {
        return body.names.contains("reason") ? nil : ""
      }
      return reason
    }.flatMap { reason in
      reason.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        ? .failure(.reasonRequired) : .success(reason)
    }
  }

  /// Reads a body all of whose members are optional; none at all is one without members.
  func optionalBody<Body>(
    _ build: @escaping (JSONReader) -> Body?
  ) throws(MediaFailure) -> Result<Body, InvalidBody> {
    guard request.body.isEmpty else { return try body(build) }
    return Result { () throws(InvalidBody) -> Body in
      try JSONReader.read(.object(JSONObject()), build)
    }
  }

  /// An optional `reason`, the only member; nil for a blank one.
  func optionalReason() throws(MediaFailure) -> Result<String?, InvalidBody> {
    try optionalBody { body -> String?? in .some(body.optionalReason()) }
  }

  /// The proposal that the path names by id or number.
  func proposal() throws(Refusals) -> ProposalReference {
    let text = request.pathParameter("id")
    guard let reference = ProposalReference(text) else {
      throw Refusals(.notFound(kind: "proposal", id: text))
    }
    return reference
  }

  /// The number of the revision in the path; nil for one that cannot exist.
  var revisionNumber: Int64? { Int64(digits: request.pathParameter("n").utf8) }

  /// A query parameter as `parse` reads it; nil when it is absent.
  func query<Value>(
    _ name: String, _ what: String, _ parse: (String) -> Value?
  ) throws(InvalidBody) -> Value? {
    guard let text = request.queryValue(name) else { return nil }
    guard let value = parse(text) else {
      throw InvalidBody(
        .invalidQuery,
        errors: [FieldError(.root.appending(name), .invalidFormat, "must be \(what)")])
    }
    return value
  }
}

extension JSONReader {
  /// The member `reason`; nil when it is absent or blank.
  func optionalReason() -> String? {
    let reason = optional("reason", .string(0...2_000)) ?? ""
    return reason.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? nil : reason
  }
}

extension Page {
  /// The number after which the page begins; nil for the first page.
  func afterNumber() throws(InvalidBody) -> Int64? {
    guard let after else { return nil }
    guard let number = Int64(digits: after.utf8) else {
      throw InvalidBody(
        .invalidQuery,
        errors: [FieldError(.root.appending("cursor"), .invalidFormat, "is not one of ours")])
    }
    return number
  }
}
