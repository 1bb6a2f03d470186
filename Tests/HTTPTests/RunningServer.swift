import HTTPTypes
import Reactor
import Synchronization

@testable import HTTP

/// A server on loops of its own, for tests whose subject is the socket.
final class RunningServer: Sendable {
  let group: EventLoopGroup
  let server: HTTPServer
  let port: UInt16
  let log: AccessLog
  /// What handlers wait at.
  let gate: Gate

  /// What the loops' access logs have handed over.
  final class AccessLog: Sendable {
    private let handedOver = Mutex<[String]>([])
    /// For tests without a server: something has been logged.
    let begun = Atomic(false)

    func add(_ lines: UnsafeRawBufferPointer) {
      handedOver.withLock { $0.append(String(decoding: lines, as: UTF8.self)) }
    }

    /// One for each call of the sink.
    var parts: [String] { handedOver.withLock { $0 } }

    /// `method path status bytes request-id` of every line.
    var lines: [String] {
      parts.joined().split(separator: "\n").map { line in
        let ends = line.split(separator: " [countersign] ")
        let members = ends[0].split(separator: " ").dropFirst(3).map {
          $0.split(separator: "=", maxSplits: 1)[1]
        }
        return "\(ends[1]) \(members[0]) \(members[2])"
      }
    }
  }

  private init(
    group: EventLoopGroup, server: HTTPServer, port: UInt16, log: AccessLog, gate: Gate
  ) {
    self.group = group
    self.server = server
    self.port = port
    self.log = log
    self.gate = gate
  }

  /// Runs `body` against a server and stops it.
  static func with(
    limits: HTTPLimits = .standard, loops: Int = 1,
    _ body: @Sendable (RunningServer) async throws -> Void
  ) async throws {
    let group = try EventLoopGroup(count: loops)
    group.start()
    defer { group.stop() }
    let (log, gate) = (AccessLog(), Gate())
    let server = HTTPServer(
      router: router(gate), limits: limits, accessLog: { log.add($0) })
    guard let any = SocketAddress("127.0.0.1:0") else { return }
    let bound = try await server.start(on: group.loops, addresses: [any])
    let running = RunningServer(
      group: group, server: server, port: bound[0].port, log: log, gate: gate)
    try await body(running)
    gate.open()
    await server.drain(withinSeconds: 0)
  }

  func client() throws -> SocketClient {
    try SocketClient(port: port)
  }

  /// Waits until the loops have finished what they were doing when it was called, and their
  /// access logs have left.
  func settle() async {
    for loop in group.loops {
      await withCheckedContinuation { continuation in
        loop.submit { loop.submitWhenIdle { continuation.resume() } }
      }
    }
  }

  /// More than the buffers between a server and its client hold.
  static let longAnswer = [UInt8](repeating: 0x6C, count: 16 << 20)

  private static func router(_ gate: Gate) -> Router {
    Router(
      routes: [
        Route(.get, "/fixed", fixed: .text(.ok, "fixed")),
        Route(
          .get, "/recalled",
          recalling: { $0.query == nil ? .text(.ok, "from memory") : nil },
          else: { _ in
            await EventLoop.current?.sleep(until: .now().advanced(byMilliseconds: 1))
            return .text(.ok, "waited for")
          }),
        Route(.get, "/hello", immediate: { _ in .text(.ok, "hello") }),
        Route(.get, "/path/{name}", immediate: { .text(.ok, $0.pathParameter("name")) }),
        Route(.post, "/echo", bodyBytesMax: 4096, immediate: { .text(.ok, text($0.body)) }),
        Route(.post, "/large", bodyBytesMax: 8 << 20, immediate: { .text(.ok, text($0.body)) }),
        Route(
          .post, "/slow-echo",
          handler: { request in
            await EventLoop.current?.sleep(until: .now().advanced(byMilliseconds: 2))
            return .text(.ok, text(request.body))
          }),
        Route(
          .get, "/gate", timeoutSeconds: 300,
          handler: { _ in
            await gate.wait()
            return .text(.ok, "through on \(EventLoop.current.map { "\($0.index)" } ?? "none")")
          }),
        Route(
          .get, "/stuck", timeoutSeconds: 0,
          handler: { _ in
            await EventLoop.current?.sleep(until: .now().advanced(bySeconds: 600))
            return .text(.ok, "too late")
          }),
        Route(
          .get, "/forged",
          immediate: { _ in
            var response = Response(status: .ok)
            response.set(.location, "a\r\nb: c")
            return response
          }),
        Route(
          .get, "/long",
          immediate: { _ in Response(status: .ok, body: longAnswer) }),
        Route(.delete, "/nothing", immediate: { _ in Response(status: .noContent) }),
      ],
      lane: { request in
        switch request.header(.userAgent) {
        case "bulk": .bulk
        case "patient": .patient
        default: .interactive
        }
      },
      errorResponse: { failure, id in .text(failure.status, "\(failure.status.code)") })
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// Holds handlers back until it is opened, and tells when the first has come.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var hasVisitor = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func wait() async {
    await withCheckedContinuation { continuation in
      let (resumed, watchers) = state.withLock { state in
        state.hasVisitor = true
        let watchers = state.watchers
        state.watchers = []
        if !state.isOpen { state.waiting.append(continuation) }
        return (state.isOpen, watchers)
      }
      for watcher in watchers { watcher.resume() }
      if resumed { continuation.resume() }
    }
  }

  func visited() async {
    await withCheckedContinuation { continuation in
      let isVisited = state.withLock { state in
        if !state.hasVisitor { state.watchers.append(continuation) }
        return state.hasVisitor
      }
      if isVisited { continuation.resume() }
    }
  }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      let waiting = state.waiting
      state.waiting = []
      return waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
