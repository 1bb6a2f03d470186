/// What a document may contain beyond being JSON (evidence.md, canonical form).
package struct JSONLimits: Hashable, Sendable {
  /// Whether strings and names may contain U+0000, which PostgreSQL's text cannot hold.
  package enum NullCharacter: Hashable, Sendable {
    case allowed, refused
  }

  /// The deepest nesting of arrays and objects; a scalar has depth 0, `[[]]` depth 2.
  package let depthMax: Int
  package let nullCharacter: NullCharacter

  package init(depthMax: Int = 16, nullCharacter: NullCharacter = .refused) {
    self.depthMax = depthMax
    self.nullCharacter = nullCharacter
  }

  /// Depth 16, no U+0000: what every body of the API must keep to.
  package static let body = JSONLimits()
}

/// Why a document is not acceptable JSON, and where.
package struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Problem: String, Hashable, Sendable {
    case byteOrderMark = "starts with a byte order mark"
    case notUTF8 = "is not UTF-8"
    case unexpectedByte = "has an unexpected byte"
    case unexpectedEnd = "ends too early"
    case trailingBytes = "goes on after the value"
    case invalidNumber = "has a malformed number"
    case invalidEscape = "has a malformed escape"
    case loneSurrogate = "has half of a surrogate pair"
    case controlCharacter = "has a bare control character in a string"
    case nullCharacter = "has the character U+0000"
    case duplicateName = "has a member twice"
    case tooDeep = "is nested too deeply"
  }

  package let problem: Problem
  /// The innermost value that was being read.
  package let pointer: JSONPointer
  /// Bytes from the start of the document.
  package let offset: Int

  package var description: String { "the document \(problem.rawValue) at byte \(offset)" }
}
