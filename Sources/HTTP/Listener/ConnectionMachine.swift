import Reactor

/// Where a connection stands between its requests and answers, and until when it may stay there.
///
///     idle → head → body → handling → writing → idle …
///     any error: writing → lingering → closed
struct ConnectionMachine {
  enum State: Equatable {
    case idle, head, body, handling, writing, lingering, closed
  }

  enum AfterAnswer: Equatable {
    case next, linger, close
  }

  enum PeerEndAction: Equatable {
    case close, answer(HTTPFailure), none
  }

  enum DeadlineAction: Equatable {
    case close, answer(HTTPFailure), cancelHandler, reset
  }

  private let limits: HTTPLimits
  private(set) var state = State.idle
  private(set) var deadline: MonotonicInstant
  /// Heads received so far.
  private(set) var requestCount = 0
  private(set) var isDraining = false
  private var closesAfterAnswer = false
  private var isFaulty = false

  init(limits: HTTPLimits, now: MonotonicInstant) {
    self.limits = limits
    deadline = now.advanced(byMilliseconds: limits.idleMilliseconds)
  }

  /// Whether bytes of requests are read and parsed now.
  var isReading: Bool { state == .idle || state == .head || state == .body }

  /// A part of a head is there. The time for it counts from the first byte.
  mutating func headBegun(at now: MonotonicInstant) {
    guard state == .idle else { return }
    state = .head
    deadline = now.advanced(byMilliseconds: limits.headMilliseconds)
  }

  mutating func headReceived(_ framing: Framing, keepsAlive: Bool, at now: MonotonicInstant) {
    precondition(state == .idle || state == .head, "a head comes before its body")
    state = .body
    requestCount += 1
    closesAfterAnswer = !keepsAlive || requestCount >= limits.requestsPerConnectionMax
    var milliseconds = limits.bodyMilliseconds
    // The length is bounded here only against overflow: the parser refuses long bodies.
    if case .length(let length) = framing, length < 1 << 40 {
      milliseconds += length / limits.bodyBytesPerSecond * 1000
    }
    deadline = now.advanced(byMilliseconds: milliseconds)
  }

  /// Whether the content is being read, whole or as it arrives.
  var isReadingBody: Bool { state == .body }

  /// The content is taken as it arrives. One that does not say its length has the time of the
  /// longest that is taken.
  mutating func streamBegun(_ framing: Framing, bytesMax: Int, at now: MonotonicInstant) {
    precondition(state == .body, "a content streams behind its head")
    guard case .chunked = framing else { return }
    let milliseconds = limits.bodyMilliseconds + bytesMax / limits.bodyBytesPerSecond * 1000
    deadline = now.advanced(byMilliseconds: milliseconds)
  }

  mutating func handlerBegun(timeoutSeconds: Int, at now: MonotonicInstant) {
    precondition(state == .body, "a handler begins when the body is complete")
    state = .handling
    deadline = now.advanced(bySeconds: timeoutSeconds)
  }

  /// An answer is about to be sent; gives whether it has to announce the close. A faulty
  /// message always closes: where the next one would begin is not known.
  mutating func answerBegun(toFault: Bool, at now: MonotonicInstant) -> Bool {
    precondition(isReading || state == .handling, "a request has one answer")
    isFaulty = toFault
    closesAfterAnswer = closesAfterAnswer || toFault || isDraining
    state = .writing
    deadline = now.advanced(byMilliseconds: limits.writeMilliseconds)
    return closesAfterAnswer
  }

  mutating func answerProgressed(at now: MonotonicInstant) {
    guard state == .writing else { return }
    deadline = now.advanced(byMilliseconds: limits.writeMilliseconds)
  }

  /// The whole answer is with the kernel. Closing while the peer's bytes are unread would
  /// reset the connection and could take the answer from the peer: then it lingers.
  mutating func answerWritten(
    hasUnreadBytes: Bool, at now: MonotonicInstant
  ) -> AfterAnswer {
    precondition(state == .writing, "only an answer that was begun can be written")
    guard closesAfterAnswer else {
      state = .idle
      deadline = now.advanced(byMilliseconds: limits.idleMilliseconds)
      return .next
    }
    guard isFaulty || hasUnreadBytes else { return .close }
    state = .lingering
    deadline = now.advanced(byMilliseconds: limits.lingerMilliseconds)
    return .linger
  }

  /// The peer sends no more. What it has asked for is still answered.
  func peerEnded() -> PeerEndAction {
    switch state {
    case .idle, .lingering, .closed: .close
    case .head, .body: .answer(.malformedMessage("it ends early"))
    case .handling, .writing: .none
    }
  }

  func deadlineReached() -> DeadlineAction {
    switch state {
    case .idle, .lingering, .closed: .close
    case .head, .body: .answer(.requestTimedOut)
    case .handling: .cancelHandler
    case .writing: .reset
    }
  }

  /// From now on every answer closes; gives whether nothing is going on.
  mutating func drainBegun() -> Bool {
    isDraining = true
    return state == .idle
  }

  mutating func closed() {
    state = .closed
  }
}
