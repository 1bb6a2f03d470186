import Testing

@Suite("tests of the budgets' properties")
struct BudgetPropertiesTests {
  /// Where each property of budgets.md has to hold: on the model alone, or with PostgreSQL too.
  private static let stored: Set = [1, 4, 5, 11, 13, 14, 15, 16, 17, 19, 20]

  @Test("P1 to P20 each have a test that begins with their name", arguments: 1...20)
  func named(property: Int) {
    let titles = TestTitles.all(in: Repository.tests)
    #expect(titles.contains { names($0).contains(property) }, "P\(property)")
  }

  @Test("those that concern the database have one that runs on it", arguments: stored.sorted())
  func onDatabase(property: Int) {
    let suites = ["StoreTests", "JobsTests", "WorkflowTests", "ServerTests", "EndToEndTests"]
    let files = Repository.tests.filter { file in
      suites.contains { file.path.hasPrefix("Tests/\($0)/") }
    }
    #expect(
      TestTitles.all(in: files).contains { names($0).contains(property) }, "P\(property)")
  }

  @Test("a title names what stands before its first word")
  func titles() {
    #expect(names("P7 P8 sums and bounds") == [7, 8])
    #expect(names("P12: clocks") == [12])
    #expect(names("about P1") == [] && names("P") == [] && names("P99x is none") == [])
  }

  /// `P7 P8 sums` names 7 and 8.
  private func names(_ title: String) -> [Int] {
    title.split(separator: " ").map { $0.hasSuffix(":") ? $0.dropLast() : $0 }
      .prefix { $0.hasPrefix("P") && Int($0.dropFirst()) != nil }
      .compactMap { Int($0.dropFirst()) }
  }
}
