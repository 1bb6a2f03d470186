import HTTPTypes

/// The path and query of a target, wherever they stand in it.
struct Target: Sendable {
  /// Empty for an absolute form without a path: the same as `/`.
  let path: HeadSpan
  let query: HeadSpan?
}

/// A request line, read strictly: `method SP target SP HTTP/d.d`.
struct RequestLine: Sendable {
  let method: HTTPRequest.Method
  let target: Target
  let minorVersion: UInt8
  /// The authority of an absolute form, which counts instead of Host.
  let isAbsolute: Bool

  /// Reads a line without its line end. Ranges are those of `line.base`.
  init(_ line: ByteSlice) throws(HTTPFailure) {
    let (bytes, end) = (line.base, line.endIndex)
    var methodEnd = line.startIndex
    while methodEnd < end, ASCII.isToken(bytes[methodEnd]) { methodEnd += 1 }
    guard methodEnd > line.startIndex, methodEnd < end, bytes[methodEnd] == ASCII.space
    else { throw .malformedMessage("the method is not a token followed by one space") }
    let targetStart = methodEnd + 1
    var targetEnd = targetStart
    while targetEnd < end, ASCII.isVisible(bytes[targetEnd]) { targetEnd += 1 }
    guard targetEnd > targetStart, targetEnd < end, bytes[targetEnd] == ASCII.space
    else { throw .malformedMessage("the target is not followed by one space and a version") }
    minorVersion = try Self.minorVersion(bytes[(targetEnd + 1)..<end])
    method = Self.method(bytes[line.startIndex..<methodEnd])
    (target, isAbsolute) = try Self.target(bytes[targetStart..<targetEnd], of: method)
  }

  private static func minorVersion(
    _ bytes: ByteSlice
  ) throws(HTTPFailure) -> UInt8 {
    let start = bytes.startIndex
    guard bytes.count == 8, bytes.base[start..<(start + 5)].isExactly("HTTP/"),
      ASCII.isDigit(bytes[start + 5]), bytes[start + 6] == 0x2E,
      ASCII.isDigit(bytes[start + 7]), bytes[start + 5] != 0x30
    else { throw .malformedMessage("the version is not HTTP/1.1") }
    guard bytes[start + 5] == 0x31 else { throw .versionUnsupported }
    return bytes[start + 7] - 0x30
  }

  private static func method(_ bytes: ByteSlice) -> HTTPRequest.Method {
    // Methods are compared with their case: `get` is another, unknown, method.
    if bytes.isExactly("GET") { return .get }
    if bytes.isExactly("POST") { return .post }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let method = HTTPRequest.Method(text) else {
      preconditionFailure("a token is a method")
    }
    return method
  }

  private static func target(
    _ bytes: ByteSlice, of method: HTTPRequest.Method
  ) throws(HTTPFailure) -> (Target, isAbsolute: Bool) {
    guard bytes.position(of: ASCII.numberSign) == nil else {
      throw .malformedMessage("the target has a fragment")
    }
    if method == .connect {
      guard HostGrammar.isAuthority(bytes) else {
        throw .malformedMessage("CONNECT takes a host and a port")
      }
      return (Target(path: HeadSpan(bytes.range), query: nil), isAbsolute: true)
    }
    if bytes[bytes.startIndex] == ASCII.slash {
      return (splitQuery(bytes), isAbsolute: false)
    }
    if bytes.isExactly("*"), method == .options {
      return (Target(path: HeadSpan(bytes.range), query: nil), isAbsolute: false)
    }
    return (try absoluteForm(bytes), isAbsolute: true)
  }

  private static func absoluteForm(
    _ bytes: ByteSlice
  ) throws(HTTPFailure) -> Target {
    let start = bytes.startIndex
    let schemeBytes: Int
    if ASCII.equals(bytes.prefix(7), "http://") {
      schemeBytes = 7
    } else if ASCII.equals(bytes.prefix(8), "https://") {
      schemeBytes = 8
    } else {
      throw .malformedMessage("the target is neither a path nor an http URL")
    }
    let rest = bytes[(start + schemeBytes)...]
    let end = rest.firstIndex { $0 == ASCII.slash || $0 == ASCII.question } ?? rest.endIndex
    guard HostGrammar.isHost(rest[..<end]) else {
      throw .malformedMessage("the target's host is malformed")
    }
    return splitQuery(rest[end...])
  }

  private static func splitQuery(_ bytes: ByteSlice) -> Target {
    guard let mark = bytes.position(of: ASCII.question) else {
      return Target(path: HeadSpan(bytes.range), query: nil)
    }
    return Target(
      path: HeadSpan(bytes.startIndex..<mark),
      query: HeadSpan((mark + 1)..<bytes.endIndex))
  }
}
