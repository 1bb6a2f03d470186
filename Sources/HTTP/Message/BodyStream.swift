import Synchronization

/// A request's content as it arrives. Whoever takes it slowly slows its sender down: beyond
/// `heldBytesMax` nothing more is received.
package final class BodyStream: Sendable {
  /// The content will not come to its end: cut, too long, too late, or the connection is gone.
  package struct Cut: Error, CustomStringConvertible {
    package let description = "the content did not come to its end"
  }

  /// Bytes held for the reader before the sender is slowed down.
  package static let heldBytesMax = 256 * 1024

  private enum End { case whole, cut }

  private struct State {
    var held: [UInt8] = []
    var end: End?
    var reader: UnsafeContinuation<Result<[UInt8]?, Cut>, Never>?
  }

  private let state = Mutex(State())
  /// Called when the reader wants more than is there.
  private let wanted: @Sendable () -> Void

  init(wanted: @escaping @Sendable () -> Void) {
    self.wanted = wanted
  }

  /// A content that is there already, for tests and routers without a connection.
  package init(whole: [UInt8]) {
    wanted = {}
    state.withLock { state in
      state.held = whole
      state.end = .whole
    }
  }

  /// The next bytes, at least one; nil behind the last. One reader only.
  package func next() async throws(Cut) -> [UInt8]? {
    if let ready = takeReady() { return try ready.get() }
    let outcome = await withUnsafeContinuation {
      (reader: UnsafeContinuation<Result<[UInt8]?, Cut>, Never>) in
      let isReady = state.withLock { state in
        guard state.held.isEmpty, state.end == nil else { return true }
        precondition(state.reader == nil, "a content has one reader")
        state.reader = reader
        return false
      }
      if isReady { reader.resume(returning: takeReady() ?? .failure(Cut())) } else { wanted() }
    }
    return try outcome.get()
  }

  private func takeReady() -> Result<[UInt8]?, Cut>? {
    state.withLock { state in
      guard state.held.isEmpty else {
        defer { state.held = [] }
        return .success(state.held)
      }
      return state.end.map { $0 == .whole ? .success(nil) : .failure(Cut()) }
    }
  }

  // MARK: The connection's side

  var heldBytes: Int { state.withLock { $0.held.count } }

  /// Whether more is received.
  var hasRoom: Bool { heldBytes < Self.heldBytesMax }

  func append(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else { return }
    let reader = state.withLock { state in
      guard state.end == nil else { return Reader.none }
      guard let reader = state.reader else {
        state.held.append(contentsOf: bytes)
        return nil
      }
      state.reader = nil
      return reader
    }
    reader?.resume(returning: .success(bytes))
  }

  /// Nothing more comes: all of it has, or never will.
  func finish() { end(.whole) }

  /// The same, when it did not come to its end. Idempotent.
  func cut() { end(.cut) }

  private typealias Reader = UnsafeContinuation<Result<[UInt8]?, Cut>, Never>?

  private func end(_ end: End) {
    let reader = state.withLock { state in
      guard state.end == nil else { return Reader.none }
      state.end = end
      if end == .cut { state.held = [] }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: end == .whole ? .success(nil) : .failure(Cut()))
  }
}
