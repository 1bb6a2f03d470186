import Testing

@Suite("lengths")
struct LengthsTests {
  @Test("a file of 400 lines passes and one of 401 does not")
  func fileLines() {
    let most = String(repeating: "a\n", count: Lengths.fileLinesMax)
    #expect(Lengths.longFile(in: SourceFile(path: "a.swift", text: most)).isEmpty)
    #expect(Lengths.longFile(in: SourceFile(path: "a.swift", text: most + "a\n")).count == 1)
    #expect(Lengths.longFile(in: SourceFile(path: "a.swift", text: most + "a")).count == 1)
  }

  @Test("a line of 100 columns passes and one of 101 does not, in letters, not bytes")
  func lineColumns() {
    let most = String(repeating: "ä", count: Lengths.lineColumnsMax)
    let file = SourceFile(path: "a.h", text: "\(most)\n\(most)a\n")
    #expect(Lengths.longLines(in: file).map(\.line) == [2])
  }

  struct Case: Sendable {
    let head: String
    var tail = "}"
    /// The line of the keyword, and how many lines stand beside those in the body.
    var overhead = 2
  }

  static let declarations = [
    Case(head: "func f() {"),
    Case(head: "  static func f<T>(_ a: [T] = [], b: () -> Void = {}) async throws(E) -> T {"),
    Case(head: "func f(\n  a: Int\n) -> Int\nwhere A: B {", overhead: 5),
    Case(head: "init?(a: String) {"),
    Case(head: "deinit {"),
    Case(head: "subscript(a: Int) -> Int {"),
    Case(head: "var a: [Int: () -> Void] {"),
    Case(head: "func f() { let text = \"}\" // }\n /* } */", overhead: 3),
    Case(head: "func f() { let text = \"\\(a.map { $0 })\"", overhead: 2),
    Case(head: "protocol P { func g() -> Int }\nfunc f() {", overhead: 2),
  ]

  @Test("a body of 70 lines passes and one of 71 does not", arguments: declarations)
  func functionLines(example: Case) {
    func violations(_ count: Int) -> [Violation] {
      let lines = String(repeating: "\n  let a = { 1 }", count: count - example.overhead)
      let text = example.head + lines + "\n" + example.tail + "\nlet b = 1\n"
      return Lengths.longFunctions(in: SourceFile(path: "a.swift", text: text))
    }
    #expect(violations(Lengths.functionLinesMax).isEmpty)
    #expect(violations(Lengths.functionLinesMax + 1).count == 1)
  }

  @Test("rows of a table are not counted, and whatever does more is")
  func tables() {
    func violations(_ row: String) -> [Violation] {
      let text = "var a: B {" + String(repeating: "\n    \(row)", count: 80) + "\n}\n"
      return Lengths.longFunctions(in: SourceFile(path: "a.swift", text: text))
    }
    #expect(violations("case .one: .two").isEmpty)
    for row in ["case .one: .two()", "case .one where a: .two", "case .one(let a): .two"] {
      #expect(violations(row).count == 1, "\(row)")
    }
  }

  @Test("what has no body, or is no declaration, is not measured")
  func withoutBodies() {
    let text = """
      protocol P {
        func f() async throws -> Int
        var a: Int { get }
        init(b: Int)
      }
      struct S {
        var stored = { 1 }()
        let made = S.init(b: 1)
        var plain: Int
        enum E { case one }
      }
      """
    let bodies = Lengths.bodies(in: Lexer.tokens(of: text))
    #expect(bodies.map(\.name) == ["a"])
  }

  @Test("every file is short enough")
  func files() {
    let found = (Repository.sources + Repository.tests).flatMap { Lengths.longFile(in: $0) }
    #expect(found.isEmpty, "\(found.report)")
  }

  @Test("every function is short enough")
  func functions() {
    let found = (Repository.sources + Repository.tests).flatMap { Lengths.longFunctions(in: $0) }
    #expect(found.isEmpty, "\(found.report)")
  }

  @Test("every line is short enough")
  func lines() {
    let found = (Repository.sources + Repository.tests).flatMap { Lengths.longLines(in: $0) }
    #expect(found.isEmpty, "\(found.report)")
  }
}
