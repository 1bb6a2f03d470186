import Foundation
import Reactor
import Synchronization
import Testing

@testable import HTTP

@Suite("Access log")
struct AccessLogTests {
  private static func record(
    _ request: String = "GET /v1/locks?secret=1 HTTP/1.1\r\nHost: a\r\n\r\n"
  ) throws -> AccessRecord {
    var parser = HeadParser(limits: .standard)
    guard case .complete(let head, _) = Array(request.utf8).withUnsafeBytes({ parser.parse($0) })
    else { throw HTTPFailure.malformedMessage("the test's request") }
    return AccessRecord(
      head: head, status: 200, bodyBytes: 17, microseconds: 42, requestID: "r-1",
      peer: "127.0.0.1:9")
  }

  @Test("a line has method, path, status, bytes, microseconds, request id and peer, no query")
  func line() throws {
    var lines: [UInt8] = []
    try Self.record().appendLine(at: Array("T".utf8), to: &lines)
    let unread = AccessRecord(
      head: nil, status: 400, bodyBytes: 0, microseconds: 0, requestID: "r-2", peer: "[::1]:9")
    unread.appendLine(at: Array("T".utf8), to: &lines)
    #expect(
      String(decoding: lines, as: UTF8.self) == """
        T info countersign: bytes=17 peer=127.0.0.1:9 request=r-1 us=42 [countersign] \
        GET /v1/locks 200
        T info countersign: bytes=0 peer=[::1]:9 request=r-2 us=0 [countersign] - - 400

        """)
  }

  @Test("the time is the second of the call, with its offset")
  func time() throws {
    let text = String(decoding: LogTime.format(secondsSince1970: 784_111_777), as: UTF8.self)
    let style = Date.ISO8601FormatStyle(timeZone: .current)
    #expect(try Date(text, strategy: style) == Date(timeIntervalSince1970: 784_111_777))
    #expect(text.utf8.count == 24)
  }

  @Test("lines of one turn leave together once the loop is idle")
  func gathering() async throws {
    let sink = RunningServer.AccessLog()
    try await Self.withLog(sink) { log in
      for _ in 0..<3 { log.add(try Self.record()) }
      #expect(sink.parts.isEmpty)
    }
    #expect(sink.parts.count == 1)
    #expect(sink.lines.count == 3)
  }

  @Test("lines that are many leave at once, whole")
  func many() async throws {
    let sink = RunningServer.AccessLog()
    let count = 2000
    try await Self.withLog(sink) { log in
      for _ in 0..<count { log.add(try Self.record()) }
      #expect(sink.parts.count > 1)
    }
    let parts = sink.parts
    #expect(sink.lines.count == count)
    #expect(parts.allSatisfy { $0.hasSuffix("\n") })
    #expect(parts.allSatisfy { $0.utf8.count < AccessLog.bytesMax + 200 })
  }

  @Test("what was logged before the loop is stopped is not lost")
  func stop() async throws {
    let sink = RunningServer.AccessLog()
    let group = try EventLoopGroup(count: 1)
    let loop = group.loops[0]
    loop.submit {
      let log = AccessLog(loop: loop, sink: { sink.add($0) })
      // Keeps the loop from being idle until its end.
      @Sendable func spin() { loop.submitNextTick { spin() } }
      spin()
      do { log.add(try Self.record()) } catch { Issue.record(error) }
      loop.submit { sink.begun.store(true, ordering: .releasing) }
    }
    group.start()
    while !sink.begun.load(ordering: .acquiring) { await Task.yield() }
    group.stop()
    #expect(sink.lines.count == 1)
  }

  /// Runs `body` on a loop with a log and waits until that loop was idle.
  private static func withLog(
    _ sink: RunningServer.AccessLog,
    _ body: @escaping @Sendable (AccessLog) throws -> Void
  ) async throws {
    let group = try EventLoopGroup(count: 1)
    group.start()
    defer { group.stop() }
    let loop = group.loops[0]
    try await withCheckedThrowingContinuation { continuation in
      loop.submit {
        let result = Result { try body(AccessLog(loop: loop, sink: { sink.add($0) })) }
        loop.submitWhenIdle { continuation.resume(with: result) }
      }
    }
  }
}
