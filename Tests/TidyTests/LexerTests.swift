import Testing

@Suite("the lexer of the tidy tests")
struct LexerTests {
  struct Case: Sendable {
    let text: String
    let words: [String]
    let literals: [String]
  }

  static let cases = [
    Case(text: "let a = b // let c", words: ["let", "a", "b"], literals: []),
    Case(text: "a /* b /* c */ d */ e", words: ["a", "e"], literals: []),
    Case(text: #"f("a \" // b") + c"#, words: ["f", "c"], literals: [#"a \" // b"#]),
    Case(text: #"f("x \(g("y", h)) z")"#, words: ["f", "g", "h"], literals: ["x   z", "y"]),
    Case(text: ##"f(#"a " \(b) "#) + c"##, words: ["f", "c"], literals: [#"a " \(b) "#]),
    Case(text: ##"f(#"a \#(b) c"#)"##, words: ["f", "b"], literals: ["a   c"]),
    Case(
      text: "f(\"\"\"\n a \"b\" // c\n\"\"\") + d", words: ["f", "d"],
      literals: ["\n a \"b\" // c\n"]),
    Case(text: "x = a / b / c", words: ["x", "a", "b", "c"], literals: []),
    Case(text: "x = /a\"b/ + c", words: ["x", "c"], literals: ["a\"b"]),
    Case(text: "x = #/a\"/b/# + c", words: ["x", "c"], literals: ["a\"/b"]),
    Case(text: "#expect(a)", words: ["expect", "a"], literals: []),
    Case(text: "\"never closed\nb", words: ["b"], literals: ["never closed"]),
  ]

  @Test("comments, strings and expressions are told from code", arguments: cases)
  func splits(example: Case) {
    let tokens = Lexer.tokens(of: example.text)
    #expect(tokens.filter { $0.kind == .word }.map(\.text) == example.words)
    #expect(tokens.filter { $0.kind == .literal }.map(\.text) == example.literals)
  }

  @Test("a token knows the line on which it starts")
  func lines() {
    let tokens = Lexer.tokens(of: "a\n/* b\n */ c\n\"\"\"\n d\n\"\"\" + e")
    #expect(tokens.map(\.line) == [1, 2, 3, 4, 6, 6])
  }
}
