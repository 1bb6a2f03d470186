/// One thing wrong with a document, at one place.
package struct FieldError: Error, Hashable, Sendable {
  /// The stable codes of `errors[].code`.
  package enum Code: String, Hashable, Sendable, CaseIterable {
    /// Not JSON (or not the YAML that is accepted).
    case malformed
    case required
    case unknownMember = "unknown_member"
    /// Known, but no rule enforces it yet; accepting it would ignore it silently.
    case notEnforced = "not_enforced"
    case wrongType = "wrong_type"
    case outOfRange = "out_of_range"
    case invalidFormat = "invalid_format"
    case duplicate
    case unknownID = "unknown_id"
    case unknownZone = "unknown_zone"
    case unknownQuestion = "unknown_question"
    /// The fact is read from another part of the content.
    case answeredElsewhere = "answered_elsewhere"
    case endsBeforeStarts = "ends_before_starts"
    case publicSuffix = "public_suffix"
    case targetSpansSites = "target_spans_sites"
  }

  package let pointer: JSONPointer
  package let code: Code
  package let detail: String

  package init(_ pointer: JSONPointer, _ code: Code, _ detail: String) {
    self.pointer = pointer
    self.code = code
    self.detail = detail
  }
}

/// A body, query or file that cannot be read; nothing was stored. Every problem at once.
package struct InvalidBody: Error, Hashable, Sendable {
  /// The problem's stable code (api.md).
  package enum Code: String, Hashable, Sendable, CaseIterable {
    case invalidBody = "invalid_body"
    case invalidQuery = "invalid_query"
    case reasonRequired = "reason_required"
  }

  package let code: Code
  /// At least one, in the order of the document as far as known.
  package let errors: [FieldError]

  package init(_ code: Code = .invalidBody, errors: [FieldError]) {
    precondition(!errors.isEmpty, "an invalid body has something wrong with it")
    self.code = code
    self.errors = errors
  }

  package init(_ error: JSONParseError) {
    let code: FieldError.Code = error.problem == .duplicateName ? .duplicate : .malformed
    self.init(errors: [FieldError(error.pointer, code, error.description)])
  }
}
