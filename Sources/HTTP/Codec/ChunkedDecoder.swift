/// Reads a chunked body (RFC 9112, 7.1), strictly: CR LF only, no white space around sizes, at
/// most 16 digits. Trailer fields are checked and dropped: none is ever merged into the head.
struct ChunkedDecoder: Sendable {
  enum Outcome: Equatable {
    case needsMore
    case complete
    case failed(HTTPFailure)
  }

  private enum State {
    case sizeStart, size, sizeLineFeed
    case extensionNameStart, extensionName, extensionValueStart, extensionToken
    case extensionQuoted, extensionEscaped, extensionEnd
    case content, contentCarriageReturn, contentLineFeed
    case trailerStart, trailerName, trailerValue, trailerLineFeed, endLineFeed
    case done
  }

  private let limits: HTTPLimits
  private let bodyBytesMax: Int
  private var state = State.sizeStart
  private var chunkSize: UInt64 = 0
  private var digitCount = 0
  private var remaining = 0
  private var lineBytes = 0
  private var excessBytes = 0
  private var trailerBytes = 0
  private var trailerCount = 0
  /// Content that was decoded and is not in `body` any more.
  var bytesTaken = 0

  init(limits: HTTPLimits, bodyBytesMax: Int) {
    self.limits = limits
    self.bodyBytesMax = bodyBytesMax
  }

  /// Takes bytes up to the end of the body, and appends the content to `body`.
  mutating func decode(
    _ bytes: ByteSlice, into body: inout [UInt8]
  ) -> (consumed: Int, outcome: Outcome) {
    var position = bytes.startIndex
    while position < bytes.endIndex {
      if state == .content {
        let end = min(bytes.endIndex, position + remaining)
        body.append(contentsOf: bytes.base[position..<end])
        remaining -= end - position
        position = end
        if remaining == 0 { state = .contentCarriageReturn }
        continue
      }
      let byte = bytes.base[position]
      position += 1
      do {
        try advance(with: byte, bodyCount: bytesTaken + body.count)
      } catch {
        return (position - bytes.startIndex, .failed(error))
      }
      if state == .done { return (position - bytes.startIndex, .complete) }
    }
    return (bytes.count, .needsMore)
  }

  private mutating func advance(with byte: UInt8, bodyCount: Int) throws(HTTPFailure) {
    switch state {
    case .sizeStart, .size, .sizeLineFeed:
      try countLineByte()
      try advanceSize(with: byte, bodyCount: bodyCount)
    case .extensionNameStart, .extensionName, .extensionValueStart, .extensionToken,
      .extensionQuoted, .extensionEscaped, .extensionEnd:
      try countLineByte()
      try advanceExtension(with: byte)
    case .contentCarriageReturn:
      try expect(byte, ASCII.carriageReturn, then: .contentLineFeed)
    case .contentLineFeed:
      try expect(byte, ASCII.lineFeed, then: .sizeStart)
    case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .endLineFeed:
      trailerBytes += 1
      guard trailerBytes <= limits.trailerBytesMax else {
        throw .malformedMessage("the trailer section is too long")
      }
      try advanceTrailer(with: byte)
    case .content, .done:
      preconditionFailure("content is copied, and nothing follows the end")
    }
  }

  /// Bytes beyond 16 in a line are what extensions are made of; they are limited over the body.
  private mutating func countLineByte() throws(HTTPFailure) {
    lineBytes += 1
    if lineBytes > 16 { excessBytes += 1 }
    guard lineBytes <= limits.chunkLineBytesMax, excessBytes <= limits.chunkExcessBytesMax
    else { throw .malformedMessage("a chunk-size line is too long") }
  }

  private mutating func advanceSize(
    with byte: UInt8, bodyCount: Int
  ) throws(HTTPFailure) {
    if state == .sizeLineFeed {
      guard byte == ASCII.lineFeed else { throw Self.malformedLine }
      return try beginChunk(bodyCount: bodyCount)
    }
    if let digit = ASCII.hexValue(byte) {
      digitCount += 1
      guard digitCount <= 16 else {
        throw .malformedMessage("a chunk size has more than 16 digits")
      }
      chunkSize = chunkSize << 4 | UInt64(digit)
      state = .size
    } else {
      guard state == .size else { throw .malformedMessage("a chunk size is not a number") }
      try endToken(with: byte)
    }
  }

  private mutating func beginChunk(bodyCount: Int) throws(HTTPFailure) {
    guard chunkSize <= UInt64(bodyBytesMax - bodyCount) else {
      throw .bodyTooLarge(bytesMax: bodyBytesMax)
    }
    remaining = Int(chunkSize)
    state = chunkSize == 0 ? .trailerStart : .content
    chunkSize = 0
    digitCount = 0
    lineBytes = 0
  }

  private mutating func advanceExtension(with byte: UInt8) throws(HTTPFailure) {
    switch state {
    case .extensionNameStart:
      guard ASCII.isToken(byte) else { throw Self.malformedLine }
      state = .extensionName
    case .extensionName:
      if ASCII.isToken(byte) { return }
      if byte == ASCII.equals { return state = .extensionValueStart }
      try endToken(with: byte)
    case .extensionValueStart:
      if byte == ASCII.quote { return state = .extensionQuoted }
      guard ASCII.isToken(byte) else { throw Self.malformedLine }
      state = .extensionToken
    case .extensionToken:
      if ASCII.isToken(byte) { return }
      try endToken(with: byte)
    case .extensionQuoted:
      if byte == ASCII.quote { return state = .extensionEnd }
      if byte == ASCII.backslash { return state = .extensionEscaped }
      guard ASCII.isFieldContent(byte) else { throw Self.malformedLine }
    case .extensionEscaped:
      guard ASCII.isFieldContent(byte) else { throw Self.malformedLine }
      state = .extensionQuoted
    default:
      try endToken(with: byte)
    }
  }

  /// Behind a size or an extension comes another extension or the line end.
  private mutating func endToken(with byte: UInt8) throws(HTTPFailure) {
    switch byte {
    case ASCII.semicolon: state = .extensionNameStart
    case ASCII.carriageReturn: state = .sizeLineFeed
    default: throw Self.malformedLine
    }
  }

  private mutating func advanceTrailer(with byte: UInt8) throws(HTTPFailure) {
    switch state {
    case .trailerStart where byte == ASCII.carriageReturn:
      state = .endLineFeed
    case .trailerStart:
      trailerCount += 1
      guard trailerCount <= limits.trailerCountMax else {
        throw .malformedMessage("there are too many trailer fields")
      }
      guard ASCII.isToken(byte) else { throw Self.malformedTrailer }
      state = .trailerName
    case .trailerName where byte == ASCII.colon:
      state = .trailerValue
    case .trailerName:
      guard ASCII.isToken(byte) else { throw Self.malformedTrailer }
    case .trailerValue where byte == ASCII.carriageReturn:
      state = .trailerLineFeed
    case .trailerValue:
      guard ASCII.isFieldContent(byte) else { throw Self.malformedTrailer }
    case .trailerLineFeed:
      guard byte == ASCII.lineFeed else { throw Self.malformedTrailer }
      state = .trailerStart
    default:
      guard byte == ASCII.lineFeed else { throw Self.malformedTrailer }
      state = .done
    }
  }

  private mutating func expect(
    _ byte: UInt8, _ expected: UInt8, then next: State
  ) throws(HTTPFailure) {
    guard byte == expected else {
      throw .malformedMessage("a chunk is not followed by CR LF")
    }
    state = next
  }

  private static let malformedLine = HTTPFailure.malformedMessage(
    "a chunk-size line is malformed")
  private static let malformedTrailer = HTTPFailure.malformedMessage(
    "a trailer field is malformed")
}
