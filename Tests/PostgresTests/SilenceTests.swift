internal import CountersignTesting
internal import Foundation
internal import Postgres
internal import Reactor
import Testing

@Suite("servers that fall silent")
struct SilenceTests {
  @Test("a server that accepts and says nothing is given up in time")
  func mute() async throws {
    // Nobody accepts here: the kernel completes the connection, and then nothing comes.
    let listener = try MuteListener()
    defer { listener.close() }
    var configuration = DatabaseConfiguration(
      url: "postgresql://ann@127.0.0.1:\(listener.port)/app")
    configuration.connectMilliseconds = 100
    let database = try Database(
      configuration, loops: TestDatabase.loops, logger: TestDatabase.quiet)
    let error = await #expect(throws: DatabaseError.self) {
      try await SQL.countItems(in: database)
    }
    #expect(error == .unavailable("no answer within 100 ms"))
    await database.shutdown()
  }

  @Test("a connection whose server stops answering is closed, and its COMMIT comes later")
  func stopped() async throws {
    try await TestDatabase.with(
      .empty,
      configure: {
        $0.statementMilliseconds = 100
        $0.connectionsPerLoopMax = 1
      }
    ) { database, _ in
      try await SQL.makeTables(in: database)
      let frozen = Frozen()
      await #expect(throws: DatabaseError.commitUnknown) {
        try await database.transaction { (tx: borrowing Transaction) in
          frozen.stop(try await tx.one(SQL.processID).int32(0))
          tx.write(SQL.insert, [.int64(1), .null])
        }
      }
      frozen.resume()
      // It did happen, only later: nobody may conclude from the error that it did not.
      let end = MonotonicInstant.now().advanced(bySeconds: 20)
      while try await SQL.countItems(in: database) == 0, MonotonicInstant.now() < end { continue }
      #expect(try await SQL.countItems(in: database) == 1)
    }
  }

  /// A server process that is stopped as if its machine hung.
  private final class Frozen: @unchecked Sendable {
    private var processID: Int32 = 0

    func stop(_ processID: Int32) {
      self.processID = processID
      kill(processID, SIGSTOP)
    }

    func resume() {
      kill(processID, SIGCONT)
    }
  }

  /// A TCP port where connections are made and never served.
  private struct MuteListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let descriptor = descriptor
      let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          bind(descriptor, generic, size) + listen(descriptor, 16)
            + getsockname(descriptor, generic, &size)
        }
      }
      try #require(result == 0)
      port = UInt16(bigEndian: address.sin_port)
    }

    func close() {
      Glibc.close(descriptor)
    }
  }
}
