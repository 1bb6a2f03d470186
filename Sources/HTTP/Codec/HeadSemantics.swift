/// What a head's fields say about the message and its connection. Collected field by field,
/// judged at the end, on the raw table: nothing is merged before it is checked.
struct HeadSemantics: Sendable {
  private(set) var framing = Framing.none
  private(set) var keepsAlive = true
  private(set) var expectsContinue = false

  private var contentLength: Range<Int>?
  private var transferEncoding: Range<Int>?
  private var expectation: Range<Int>?
  private var host: Range<Int>?
  private var repeated: String?
  private var hasClose = false
  private var hasKeepAlive = false

  /// Takes note of a field line of `bytes`.
  mutating func note(
    name: Range<Int>, value: Range<Int>, in bytes: UnsafeRawBufferPointer
  ) {
    let nameBytes = bytes[name]
    switch name.count {
    case 4 where ASCII.equals(nameBytes, "host"):
      if Self.holdsMore(&host, than: value) { repeated = "Host" }
    case 6 where ASCII.equals(nameBytes, "expect"):
      if Self.holdsMore(&expectation, than: value) { repeated = "Expect" }
    case 10 where ASCII.equals(nameBytes, "connection"):
      noteConnection(bytes[value])
    case 14 where ASCII.equals(nameBytes, "content-length"):
      if Self.holdsMore(&contentLength, than: value) { repeated = "Content-Length" }
    case 17 where ASCII.equals(nameBytes, "transfer-encoding"):
      if Self.holdsMore(&transferEncoding, than: value) { repeated = "Transfer-Encoding" }
    default: break
    }
  }

  /// Judges the fields together.
  mutating func conclude(
    with line: RequestLine, in bytes: UnsafeRawBufferPointer
  ) throws(HTTPFailure) {
    if let repeated { throw .malformedMessage("\(repeated) is repeated") }
    let isVersion10 = line.minorVersion == 0
    if let host {
      guard HostGrammar.isHost(bytes[host]) else {
        throw .malformedMessage("Host is not a host with an optional port")
      }
    } else if !isVersion10 {
      throw .malformedMessage("Host is missing")
    }
    framing = try judgedFraming(isVersion10: isVersion10, in: bytes)
    keepsAlive = !hasClose && (!isVersion10 || hasKeepAlive)
    if let expectation, !isVersion10 {
      guard ASCII.equals(bytes[expectation], "100-continue") else {
        throw .expectationUnknown
      }
      expectsContinue = framing != .none && framing != .length(0)
    }
  }

  /// Whether there was a value before.
  private static func holdsMore(_ slot: inout Range<Int>?, than value: Range<Int>) -> Bool {
    defer { slot = value }
    return slot != nil
  }

  private mutating func noteConnection(_ value: ByteSlice) {
    for option in value.split(separator: ASCII.comma) {
      let option = ASCII.trimmed(option)
      if ASCII.equals(option, "close") { hasClose = true }
      if ASCII.equals(option, "keep-alive") { hasKeepAlive = true }
    }
  }

  private func judgedFraming(
    isVersion10: Bool, in bytes: UnsafeRawBufferPointer
  ) throws(HTTPFailure) -> Framing {
    guard let transferEncoding else {
      guard let contentLength else { return .none }
      return .length(try Self.length(bytes[contentLength]))
    }
    guard contentLength == nil else {
      throw .malformedMessage("Content-Length and Transfer-Encoding are both there")
    }
    guard !isVersion10 else {
      throw .malformedMessage("HTTP/1.0 has no Transfer-Encoding")
    }
    let value = bytes[transferEncoding]
    if ASCII.equals(value, "chunked") { return .chunked }
    let codings = value.split(separator: ASCII.comma, omittingEmptySubsequences: false)
    let isWellFormed = codings.allSatisfy { coding in
      let token = ASCII.trimmed(coding)
      return !token.isEmpty && token.allSatisfy(ASCII.isToken)
    }
    if isWellFormed { throw .codingUnknown }
    throw .malformedMessage("Transfer-Encoding is malformed")
  }

  /// `1*DIGIT`, digit by digit: the standard library's conversion takes signs. What does not
  /// fit is as good as the greatest number, which is over every limit.
  private static func length(
    _ bytes: ByteSlice
  ) throws(HTTPFailure) -> Int {
    guard !bytes.isEmpty else { throw .malformedMessage("Content-Length is empty") }
    var value = 0
    for position in bytes.range {
      let byte = bytes.base[position]
      guard ASCII.isDigit(byte) else {
        throw .malformedMessage("Content-Length is not a number")
      }
      let (tenfold, overflowsTenfold) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsSum) = tenfold.addingReportingOverflow(Int(byte - 0x30))
      value = overflowsTenfold || overflowsSum ? .max : sum
    }
    return value
  }
}
