import Testing

@Suite("banned tokens")
struct BannedTokensTests {
  static let refused = [
    "let a = try? f()",
    "let a = try! f()",
    "do { try f() } catch {}",
    "do { try f() } catch let error as E { /* nothing */ }",
    "fatalError()",
    "preconditionFailure()",
    "Task { await f() }",
    "Task(priority: .high) { await f() }",
    "Task.detached { await f() }",
    "let a = Task<Int, Never>.detached { 1 }",
    "print(a)",
    "// TO" + "DO: later",
    "let a = \"FIX" + "ME\"",
    "struct LeaseManager {}",
    "final class TokenHelper {}",
    "enum StringUtil {}",
    "typealias RequestInfo = Int",
    "protocol HandlerBase {}",
  ]

  static let allowed = [
    "let a = try f() ? 1 : 2",
    "do { try f() } catch { log(error) }",
    "fatalError(\"the table has every case\")",
    "let a: Task<Void, Never> = loop.spawn { await f() }",
    "let a = try !isOpen()",
    "Task(executorPreference: loop) { await f() }",
    "Task.immediate(executorPreference: loop) { await f() }",
    "// print(a), try? and Task { } in a comment",
    "let a = \"try? Task { print(b) }\"",
    "writer.print(a)",
    "func print(_ a: Int) {}",
    "let todo = 1",
    "mkstemp(\"/tmp/a-XXXXXX\")",
    "struct Information {}",
    "let manager = LeaseManager()",
  ]

  @Test("what is banned is found", arguments: refused)
  func finds(text: String) {
    let file = SourceFile(path: "Sources/Server/Example.swift", text: "let before = 1\n" + text)
    #expect(BannedTokens.violations(in: file).map(\.line) == [2])
  }

  @Test("what only looks like it passes", arguments: allowed)
  func passes(text: String) {
    let file = SourceFile(path: "Sources/Server/Example.swift", text: text)
    let found = BannedTokens.violations(in: file)
    #expect(found.isEmpty, "\(found.report)")
  }

  @Test("the executable may print, tests may start tasks")
  func places() {
    let command = SourceFile(path: "Sources/countersign/Serve.swift", text: "print(a)")
    let test = SourceFile(path: "Tests/HTTPTests/ATests.swift", text: "Task { await f() }")
    #expect((BannedTokens.violations(in: command) + BannedTokens.violations(in: test)).isEmpty)
  }

  static let looseNumbers = [
    "guard let a = Int(text) else { return nil }",
    "if b, let a = UInt64(text) { c() }",
    "let a = Int(String(decoding: bytes, as: UTF8.self))",
    "let a = Int(text, radix: 16)",
    "let a = text.flatMap(Int.init)",
  ]

  static let strictNumbers = [
    "let a = Int(byte) * 10",
    "let a = UInt64(count)",
    "guard let a = Int(exactly: count) else { return nil }",
    "let a: Int = 1",
  ]

  @Test("numbers of the wire are not read by a parser that takes signs", arguments: looseNumbers)
  func findsLooseNumbers(text: String) {
    let codec = SourceFile(path: "Sources/HTTP/Codec/Example.swift", text: text)
    let elsewhere = SourceFile(path: "Sources/countersign/Example.swift", text: text)
    #expect(BannedTokens.looseNumbers(in: codec).count == 1)
    #expect(BannedTokens.looseNumbers(in: elsewhere).isEmpty)
  }

  @Test("conversions between numbers pass", arguments: strictNumbers)
  func passesStrictNumbers(text: String) {
    let codec = SourceFile(path: "Sources/HTTP/Codec/Example.swift", text: text)
    #expect(BannedTokens.looseNumbers(in: codec).isEmpty)
  }

  @Test("nothing banned is in Sources or Tests")
  func everything() {
    let files = Repository.sources + Repository.tests
    let found = files.flatMap {
      BannedTokens.violations(in: $0) + BannedTokens.looseNumbers(in: $0)
    }
    #expect(found.isEmpty, "\(found.report)")
  }
}
