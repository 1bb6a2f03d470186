import HTTPTypes

/// A range of a head's bytes. Heads are shorter than 64 KiB, by their limits.
struct HeadSpan: Sendable, Hashable {
  let start: UInt16
  let end: UInt16

  init(_ range: Range<Int>) {
    start = UInt16(range.lowerBound)
    end = UInt16(range.upperBound)
  }

  var range: Range<Int> { Int(start)..<Int(end) }
}

/// One field line: where its name and its trimmed value stand.
struct FieldSpan: Sendable, Hashable {
  let name: HeadSpan
  let value: HeadSpan
}

/// How a body is delimited.
enum Framing: Sendable, Hashable {
  case none
  case length(Int)
  case chunked
}

/// A request line and its fields: the bytes, and where everything stands in them.
final class RequestHead: Sendable {
  let bytes: [UInt8]
  let method: HTTPRequest.Method
  let path: HeadSpan
  let query: HeadSpan?
  let minorVersion: UInt8
  let fields: [FieldSpan]
  let framing: Framing
  /// Whether the client wants the connection to stay open.
  let keepsAlive: Bool
  /// Whether the client waits for `100 Continue` before it sends the body.
  let expectsContinue: Bool

  init(bytes: [UInt8], line: RequestLine, fields: [FieldSpan], semantics: HeadSemantics) {
    self.bytes = bytes
    method = line.method
    path = line.target.path
    query = line.target.query
    minorVersion = line.minorVersion
    self.fields = fields
    framing = semantics.framing
    keepsAlive = semantics.keepsAlive
    expectsContinue = semantics.expectsContinue
  }

  func text(_ span: HeadSpan) -> String {
    withBytes(span) { String(decoding: $0, as: UTF8.self) }
  }

  func withBytes<R>(_ span: HeadSpan, _ body: (ByteSlice) -> R) -> R {
    bytes.withUnsafeBytes { body($0[span.range]) }
  }

  /// The values of the fields of this name, which is given in lower case.
  func values(ofFieldNamed lowercaseName: String) -> [String] {
    var name = lowercaseName
    return name.withUTF8 { wanted in
      bytes.withUnsafeBytes { bytes in
        var values: [String] = []
        for field in fields where ASCII.matches(bytes[field.name.range], wanted) {
          values.append(String(decoding: bytes[field.value.range], as: UTF8.self))
        }
        return values
      }
    }
  }
}
