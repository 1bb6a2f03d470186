import Glibc

/// Reads a request line and its fields, line by line, from bytes that grow at their end.
///
/// The verdict depends on the bytes alone, not on how they were cut: a line is judged when its
/// line end is there, and a limit when its first byte too many is there.
struct HeadParser: Sendable {
  enum Outcome {
    case needsMore
    case complete(RequestHead, byteCount: Int)
    case failed(HTTPFailure)
  }

  private enum Line {
    case requestLine(allowsEmpty: Bool)
    case field(RequestLine)
  }

  private let limits: HTTPLimits
  private var line = Line.requestLine(allowsEmpty: true)
  /// Where the line that is not read yet begins, and how far it was searched for its end.
  private var lineStart = 0
  private var searchedEnd = 0
  private var fieldsStart = 0
  private var fields: [FieldSpan] = []
  private var semantics = HeadSemantics()

  init(limits: HTTPLimits) {
    precondition(
      limits.requestLineBytesMax + limits.headerBytesMax < Int(UInt16.max) - 2,
      "spans of a head are 16 bits wide")
    self.limits = limits
  }

  /// Goes on with all bytes since the head's first one.
  mutating func parse(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    do {
      while let lineEnd = try nextLineEnd(in: bytes) {
        let content = lineStart..<(lineEnd - 2)
        lineStart = lineEnd
        searchedEnd = lineEnd
        if try read(content, of: bytes) {
          guard case .field(let requestLine) = line else { continue }
          let head = RequestHead(
            bytes: Array(bytes[..<lineEnd]), line: requestLine, fields: fields,
            semantics: semantics)
          return .complete(head, byteCount: lineEnd)
        }
      }
      return .needsMore
    } catch {
      return .failed(error)
    }
  }

  /// Behind the next CR LF; nil when it has not arrived.
  private mutating func nextLineEnd(
    in bytes: UnsafeRawBufferPointer
  ) throws(HTTPFailure) -> Int? {
    let lineEndMax = lineStart + lineBytesMax
    let searchEnd = min(bytes.count, lineEndMax)
    guard let base = bytes.baseAddress, searchedEnd < searchEnd,
      let found = memchr(base + searchedEnd, 0x0A, searchEnd - searchedEnd)
    else {
      searchedEnd = max(searchedEnd, searchEnd)
      guard bytes.count <= lineEndMax else { throw lineTooLong }
      return nil
    }
    let lineFeed = UnsafeRawPointer(found) - base
    guard lineFeed > lineStart, bytes[lineFeed - 1] == ASCII.carriageReturn else {
      throw .malformedMessage("a line does not end with CR LF")
    }
    return lineFeed + 1
  }

  private var lineBytesMax: Int {
    switch line {
    case .requestLine: limits.requestLineBytesMax
    case .field:
      min(limits.fieldLineBytesMax, fieldsStart + limits.headerBytesMax - lineStart)
    }
  }

  private var lineTooLong: HTTPFailure {
    switch line {
    case .requestLine: .targetTooLong(bytesMax: limits.requestLineBytesMax)
    case .field: .headerTooLarge
    }
  }

  /// Whether the head ends with this line.
  private mutating func read(
    _ content: Range<Int>, of bytes: UnsafeRawBufferPointer
  ) throws(HTTPFailure) -> Bool {
    switch line {
    case .requestLine(let allowsEmpty):
      if content.isEmpty, allowsEmpty {
        line = .requestLine(allowsEmpty: false)
        return false
      }
      line = .field(try RequestLine(bytes[content]))
      fieldsStart = content.upperBound + 2
      fields.reserveCapacity(12)
      return false
    case .field(let requestLine):
      if content.isEmpty {
        try semantics.conclude(with: requestLine, in: bytes)
        return true
      }
      try readField(content, of: bytes)
      return false
    }
  }

  private mutating func readField(
    _ content: Range<Int>, of bytes: UnsafeRawBufferPointer
  ) throws(HTTPFailure) {
    guard fields.count < limits.fieldCountMax else { throw .headerTooLarge }
    var position = content.lowerBound
    while position < content.upperBound, ASCII.isToken(bytes[position]) { position += 1 }
    guard position > content.lowerBound, position < content.upperBound,
      bytes[position] == ASCII.colon
    else { throw .malformedMessage("a field line does not begin with a name and a colon") }
    let name = content.lowerBound..<position
    let value = ASCII.trimmed(bytes[(position + 1)..<content.upperBound]).range
    for index in value where !ASCII.isFieldContent(bytes[index]) {
      throw .malformedMessage("a field value has a control character")
    }
    fields.append(FieldSpan(name: HeadSpan(name), value: HeadSpan(value)))
    semantics.note(name: name, value: value, in: bytes)
  }
}
