/// The titles of tests, as their files have them.
enum TestTitles {
  /// Every title in these files that a run runs, in their order: of tests, not of suites.
  static func all(in files: [SourceFile]) -> [String] {
    files.flatMap { titles(in: $0.code) }
  }

  /// The first literal behind each `@Test(`; a test that is switched off has none.
  private static func titles(in code: [Token]) -> [String] {
    code.indices.compactMap { index in
      guard index + 3 < code.count, code[index].text == "@", code[index + 1].text == "Test",
        code[index + 2].text == "(", code[index + 3].kind == .literal
      else { return nil }
      return isDisabled(code[(index + 3)...]) ? nil : code[index + 3].text
    }
  }

  /// Whether `disabled` stands before the function that the attribute is on.
  private static func isDisabled(_ code: ArraySlice<Token>) -> Bool {
    code.prefix { $0.text != "func" || $0.kind != .word }
      .contains { $0.kind == .word && $0.text == "disabled" }
  }
}
