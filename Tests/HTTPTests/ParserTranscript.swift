import HTTPTypes
@testable import HTTP

/// Feeds bytes to a parser as a connection would, and notes what comes out.
struct ParserTranscript {
  private var parser: RequestParser
  private var waiting: [UInt8] = []
  private var hasFailed = false
  private(set) var events: [String] = []

  init(limits: HTTPLimits = .standard) {
    parser = RequestParser(limits: limits)
  }

  /// What comes out of the whole text at once.
  static func events(of text: String, limits: HTTPLimits = .standard) -> [String] {
    events(of: Array(text.utf8), limits: limits)
  }

  static func events(of bytes: [UInt8], limits: HTTPLimits = .standard) -> [String] {
    var transcript = ParserTranscript(limits: limits)
    transcript.feed(bytes)
    return transcript.events
  }

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    guard !hasFailed else { return }
    waiting.append(contentsOf: bytes)
    while !hasFailed {
      let input = waiting
      let (consumed, action) = input.withUnsafeBytes { parser.parse($0[...]) }
      waiting.removeFirst(consumed)
      guard note(action) else { return }
    }
  }

  private mutating func note(_ action: ParserAction) -> Bool {
    switch action {
    case .needsMore: return false
    case .headReceived(let head):
      let query = head.query.map { "?" + head.text($0) } ?? ""
      let keeps = head.keepsAlive ? "" : " closes"
      let expects = head.expectsContinue ? " expects" : ""
      events.append("\(head.method) \(head.text(head.path))\(query)\(keeps)\(expects)")
    case .messageReceived(let body):
      events.append("body(\(String(decoding: body, as: UTF8.self)))")
    case .failed(let failure):
      events.append("\(failure.status.code)")
      hasFailed = true
    }
    return true
  }
}
