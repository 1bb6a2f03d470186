import Testing

@Suite("the scanner of statements")
struct StatementScannerTests {
  private func sql(_ text: String) throws -> [String] {
    try StatementScanner.statements(in: text).map(\.sql)
  }

  @Test("literals of one line and of many are read as the compiler reads them")
  func reads() throws {
    let source = #"""
      static let one = Statement("SELECT '\\x00', \"id\" FROM a")
      static let two = Statement(
        """
        SELECT id
          FROM b
        """)
      static let three = Statement(
        "SELECT 3")
      """#
    #expect(
      try sql(source)
        == ["SELECT '\\x00', \"id\" FROM a", "SELECT id\n  FROM b", "SELECT 3"])
    #expect(try StatementScanner.statements(in: source).map(\.line) == [1, 2, 7])
  }

  @Test(
    "what is not a plain literal is not skipped",
    arguments: [
      "Statement(text)", "Statement(\"SELECT \\(id)\")", "Statement(\"SELECT 1", "Statement(",
      "Statement(#\"SELECT 1\"#)", "Statement(\"\"\"\nSELECT 1\n",
    ])
  func refuses(source: String) {
    #expect(throws: StatementScanner.NotALiteral(line: 2)) { try sql("\n" + source) }
  }
}
