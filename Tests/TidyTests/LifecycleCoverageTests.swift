import Testing

@Suite("tests of the lifecycle")
struct LifecycleCoverageTests {
  typealias Proof = LifecycleCoverage.Proof

  @Test("every row of the transition table has the tests that are listed, and one names it")
  func rows() {
    #expect(Self.rows.map(\.name) == (1...19).map(String.init))
    let gaps = LifecycleCoverage.gaps(
      in: Self.rows, naming: LifecycleCoverage.names(row:_:),
      among: TestTitles.all(in: Repository.tests))
    #expect(gaps.isEmpty, "\(gaps.joined(separator: "\n"))")
  }

  @Test("every edge case of the lifecycle has the tests that are listed, and one names it")
  func edgeCases() {
    #expect(Set(Self.edgeCases.map(\.name)).count == 23)
    let gaps = LifecycleCoverage.gaps(
      in: Self.edgeCases, naming: LifecycleCoverage.names(edgeCase:_:),
      among: TestTitles.all(in: Repository.tests))
    #expect(gaps.isEmpty, "\(gaps.joined(separator: "\n"))")
  }

  @Test("the schema alone refuses every illegal transition, and psql tries them")
  func schema() {
    let gaps = LifecycleCoverage.gaps(
      in: Self.schema, naming: { _, _ in true }, among: TestTitles.all(in: Repository.tests))
    #expect(gaps.isEmpty, "\(gaps.joined(separator: "\n"))")
  }

  @Test("a test that is gone, switched off, renamed or of another row is a gap")
  func findsGaps() {
    let code = """
      @Suite("transition 1: a suite is no test") struct A {
        @Test("transition 2: kept") func a() {}
        // @Test("transition 3: a comment")
        @Test("transition 4: off", .disabled("slow")) func b() {}
        @Test(
          "transition 12: many", arguments: [1, 2]) func c(n: Int) {}
      }
      """
    let titles = TestTitles.all(in: [SourceFile(path: "Tests/A/ATests.swift", text: code)])
    #expect(titles == ["transition 2: kept", "transition 12: many"])
    let table: [(proof: Proof, gaps: Int)] = [
      (Proof("2", "transition 2: kept"), 0), (Proof("12", "transition 12: many"), 0),
      (Proof("1", "transition 1: a suite is no test"), 1),
      (Proof("3", "transition 3: a comment"), 1), (Proof("4", "transition 4: off"), 1),
      (Proof("2", "transition 12: many"), 1), (Proof("2"), 1),
    ]
    for (proof, count) in table {
      let gaps = LifecycleCoverage.gaps(
        in: [proof], naming: LifecycleCoverage.names(row:_:), among: titles)
      #expect(gaps.count == count, "\(proof): \(gaps)")
    }
    #expect(LifecycleCoverage.names(edgeCase: "17: a thing: and more", "a thing"))
    #expect(!LifecycleCoverage.names(edgeCase: "not a thing", "a thing"))
    #expect(!LifecycleCoverage.names(row: "24 workers at once", "24"))
  }
}
