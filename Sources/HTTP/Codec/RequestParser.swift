/// What the bytes so far amount to.
enum ParserAction {
  /// More bytes are needed. In a head, they are to be given again together with the new ones.
  case needsMore
  /// A head is complete. The body's limit may be set now; then go on with the rest.
  case headReceived(RequestHead)
  /// The request is complete; the next one begins with the next byte.
  case messageReceived(body: [UInt8])
  /// The bytes are no acceptable request. Nothing behind them is ever looked at.
  case failed(HTTPFailure)
}

/// Reads one request after another: bytes in, actions out, no input or output of its own.
struct RequestParser: Sendable {
  private enum Phase {
    case head(HeadParser)
    case framed(Framing)
    case length(remaining: Int)
    case chunked(ChunkedDecoder)
    case failed(HTTPFailure)
  }

  private let limits: HTTPLimits
  private var phase: Phase
  private var body: [UInt8] = []
  /// The limit of the current request's body, to be set when its head was received.
  var bodyBytesMax: Int

  init(limits: HTTPLimits) {
    self.limits = limits
    phase = .head(HeadParser(limits: limits))
    bodyBytesMax = limits.bodyBytesMax
  }

  /// Takes as many of the bytes as one action needs.
  mutating func parse(
    _ bytes: ByteSlice
  ) -> (consumed: Int, action: ParserAction) {
    switch phase {
    case .head(var parser):
      let outcome = parser.parse(UnsafeRawBufferPointer(rebasing: bytes))
      switch outcome {
      case .needsMore:
        phase = .head(parser)
        return (0, .needsMore)
      case .complete(let head, let byteCount):
        phase = .framed(head.framing)
        bodyBytesMax = limits.bodyBytesMax
        return (byteCount, .headReceived(head))
      case .failed(let failure): return (0, fail(failure))
      }
    case .framed(let framing): return beginBody(framing, bytes)
    case .length(let remaining): return readLength(remaining, bytes)
    case .chunked(let decoder): return readChunks(decoder, bytes)
    case .failed(let failure): return (0, .failed(failure))
    }
  }

  /// What it keeps of the current request's body.
  var bodyBytes: Int { body.count }

  /// What has arrived of the current request's body since this was asked last: for those that
  /// take it as it comes.
  mutating func takeBody() -> [UInt8] {
    guard !body.isEmpty else { return [] }
    defer { body = [] }
    if case .chunked(var decoder) = phase {
      decoder.bytesTaken += body.count
      phase = .chunked(decoder)
    }
    return body
  }

  /// Gives up the current request and all behind it.
  mutating func abandon() {
    _ = fail(.overloaded)
  }

  private mutating func beginBody(
    _ framing: Framing, _ bytes: ByteSlice
  ) -> (consumed: Int, action: ParserAction) {
    switch framing {
    case .none, .length(0): return (0, complete())
    case .length(let length):
      guard length <= bodyBytesMax else {
        return (0, fail(.bodyTooLarge(bytesMax: bodyBytesMax)))
      }
      body.reserveCapacity(min(length, limits.readBytesPerTurnMax))
      return readLength(length, bytes)
    case .chunked:
      return readChunks(ChunkedDecoder(limits: limits, bodyBytesMax: bodyBytesMax), bytes)
    }
  }

  private mutating func readLength(
    _ remaining: Int, _ bytes: ByteSlice
  ) -> (consumed: Int, action: ParserAction) {
    let taken = bytes.prefix(remaining)
    body.append(contentsOf: taken)
    if taken.count == remaining { return (taken.count, complete()) }
    phase = .length(remaining: remaining - taken.count)
    return (taken.count, .needsMore)
  }

  private mutating func readChunks(
    _ decoder: ChunkedDecoder, _ bytes: ByteSlice
  ) -> (consumed: Int, action: ParserAction) {
    var decoder = decoder
    let (consumed, outcome) = decoder.decode(bytes, into: &body)
    switch outcome {
    case .needsMore:
      phase = .chunked(decoder)
      return (consumed, .needsMore)
    case .complete: return (consumed, complete())
    case .failed(let failure): return (consumed, fail(failure))
    }
  }

  private mutating func complete() -> ParserAction {
    phase = .head(HeadParser(limits: limits))
    let whole = body
    body = []
    return .messageReceived(body: whole)
  }

  private mutating func fail(_ failure: HTTPFailure) -> ParserAction {
    phase = .failed(failure)
    body = []
    return .failed(failure)
  }
}
