import Domain
import Foundation
import Glibc
import Testing

@Suite("serve", .inTurn)
struct ServeTests {
  @Test("the supervisor hears of ready and of stopping, and what has begun is still answered")
  func notices() async throws {
    try await OwnDatabase.with { own in
      let socket = try NoticeSocket(in: own.workplace)
      let serve = try await own.serve(["NOTIFY_SOCKET": socket.path])
      #expect(try await socket.message() == "READY=1")
      #expect(try await serve.client(nil).get("/readyz").status == 200)

      let begun = try RawConnection(to: serve.baseURL)
      try begun.send(Array("GET /livez HTTP/1.1\r\nHost: a\r\n".utf8))
      // A second call answered on the same loop: the first one's bytes have arrived by then.
      #expect(try await serve.client(nil).get("/livez").status == 200)
      serve.program.signal(SIGTERM)
      #expect(try await socket.message() == "STOPPING=1")
      try begun.send(Array("\r\n".utf8))
      let answer = try await offPool { try begun.answer() }
      #expect(answer.status == 200)
      #expect(try await serve.program.end().code == 0)
    }
  }

  @Test(
    "as process 1 of a container it ends on SIGTERM like anywhere else",
    .enabled(if: geteuid() == 0, "needs root for a process namespace"))
  func firstProcess() async throws {
    try await OwnDatabase.with { own in
      let words = ["/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--"]
      let socket = try NoticeSocket(in: own.workplace)
      let program = try own.workplace.start(
        words + ServeProcess.arguments,
        environment: ServeProcess.environment(
          own.variables.merging(["NOTIFY_SOCKET": socket.path]) { _, new in new }))
      #expect(try await socket.message() == "READY=1")
      program.signalGroup(SIGTERM)
      #expect(try await socket.message() == "STOPPING=1")
      #expect(try await program.end().code == 0)
    }
  }

  @Test("serve --check says what a start would, and changes nothing")
  func check() async throws {
    try await OwnDatabase.with(.empty) { own in
      let empty = try await own.run(["serve", "--check"])
      #expect(empty.code == 1)
      expectOneLine(empty.errors, mentioning: "countersign migrate")
      #expect(try await own.run(["migrate"]).code == 0)
      let before = try await own.contents()
      let checked = try await own.run(["serve", "--check"])
      #expect(checked.code == 0, "\(checked.errors)")
      #expect(checked.output.contains("keys: 0"))
      #expect(try await own.contents() == before)
      #expect(!FileManager.default.fileExists(atPath: own.keys))

      let elsewhere = ["DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"]
      let unreachable = try await own.run(["serve", "--check"], elsewhere)
      #expect(unreachable.code == 1)
      expectOneLine(unreachable.errors, mentioning: "database")
      try FileManager.default.createDirectory(
        atPath: own.keys, withIntermediateDirectories: true)
      try Data("no key".utf8).write(to: URL(filePath: own.keys + "/x.pem"))
      let damaged = try await own.run(["serve", "--check"])
      #expect(damaged.code == 1)
      expectOneLine(damaged.errors, mentioning: "x.pem")
    }
  }

  @Test("ready is 0 when the service is, 1 when it is not, 3 when there is none")
  func ready() async throws {
    try await OwnDatabase.with { own in
      let serve = try await own.serve()
      let words = ["ready", "--server", serve.baseURL]
      #expect(try await own.run(words).code == 0)
      try await own.execute(
        "INSERT INTO schema_migration (version, name, checksum) VALUES (9999, 'later', 'x')")
      let newer = try await own.run(words)
      #expect(newer.code == 1)
      #expect(newer.errors.contains("9999"))
      #expect(try await serve.stop() == 0)
      #expect(try await own.run(words).code == 3)
    }
  }
}
