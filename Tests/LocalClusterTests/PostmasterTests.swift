import Testing

@testable import LocalCluster

@Suite("postmaster")
struct PostmasterTests {
  static let lines = [
    "4711", "/data/postgres", "1700000000", "5432", "/run/here", "", " 1234 5", "ready   ",
  ]

  @Test("a process file tells who serves, where and whether it is ready")
  func reads() throws {
    let server = try #require(Postmaster(pidFile: Self.lines.joined(separator: "\n")))
    #expect(server.processID == 4711)
    #expect(server.dataDirectory == "/data/postgres")
    #expect(server.socketFolder == "/run/here")
    #expect(server.port == 5432)
    #expect(server.isReady)
  }

  @Test("a server that is starting or stopping is not ready", arguments: ["starting", "stopping"])
  func notReady(state: String) throws {
    let text = (Self.lines.dropLast() + [state]).joined(separator: "\n")
    #expect(try #require(Postmaster(pidFile: text)).isReady == false)
    let early = Self.lines.prefix(6).joined(separator: "\n")
    #expect(try #require(Postmaster(pidFile: early)).isReady == false)
  }

  @Test(
    "a process file that is not whole tells nothing", arguments: ["", "4711\n/data", "x\n\n\n\n"])
  func partial(text: String) {
    #expect(Postmaster(pidFile: text) == nil)
  }

  @Test("a process is the server of a folder only if it was started on it")
  func commandLines() {
    let line = "/usr/lib/postgresql/15/bin/postgres\0-D\0/data/postgres\0-c\0a=b\0"
    #expect(Postmaster.names("/data/postgres", in: line))
    #expect(!Postmaster.names("/data/postgres2", in: line))
    #expect(!Postmaster.names("/data", in: line))
    #expect(!Postmaster.names("/data/postgres", in: "/usr/bin/vim\0-D\0/data/postgres\0"))
    #expect(!Postmaster.names("/data/postgres", in: "postgres: writer\0"))
    #expect(!Postmaster.names("/data/postgres", in: ""))
  }
}
