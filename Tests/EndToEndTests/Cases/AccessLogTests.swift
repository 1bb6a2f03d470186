import Foundation
import Glibc
import Testing

@Suite("the access log of the process", .inTurn)
struct AccessLogTests {
  @Test("SIGTERM right behind the last answer loses no line, and none is doubled or torn")
  func signalled() async throws {
    try await RunningDev.with { dev in
      let (connections, requests) = (8, 250)
      try await withThrowingTaskGroup { group in
        for connection in 0..<connections {
          let base = dev.credentials.baseURL
          group.addTask {
            try await offPool {
              let raw = try RawConnection(to: base)
              for request in 0..<requests {
                let id = "line-\(connection)-\(request)"
                try raw.send("GET", "/livez?secret=1", fields: [("X-Request-Id", id)])
                let status = try raw.answer().status
                guard status == 200 else { throw RawConnection.Failure(description: "\(status)") }
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let program = try #require(dev.program)
      program.signal(SIGTERM)
      #expect(try await program.end().code == 0)
      let expected = Set(
        (0..<connections).flatMap { connection in
          (0..<requests).map { "line-\(connection)-\($0)" }
        })
      let line = #/\S+ info countersign: bytes=17 peer=[\d.:]+ request=(line-\S+) us=\d+ (.+)/#
      let ids = program.errors.split(separator: "\n").compactMap { $0.wholeMatch(of: line) }
        .filter { $0.2 == "[countersign] GET /livez 200" }
        .map { String($0.1) }
      #expect(ids.count == expected.count)
      #expect(Set(ids) == expected)
    }
  }

  @Test("requests are logged at the level info: a higher level is without them")
  func level() async throws {
    let shared = try await RunningDev.shared.value
    try await RunningDev.with(
      extra: ["COUNTERSIGN_LOG_LEVEL": "warning", "DATABASE_URL": shared.credentials.databaseURL]
    ) { dev in
      let raw = try RawConnection(to: dev.credentials.baseURL)
      try raw.send("GET", "/livez", fields: [])
      #expect(try raw.answer().status == 200)
      let program = try #require(dev.program)
      #expect(try await dev.stop() == 0)
      #expect(!program.errors.contains("/livez"))
    }
  }
}
