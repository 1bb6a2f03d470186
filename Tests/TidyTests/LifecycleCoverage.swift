/// What proves the lifecycle: for each row of its table and each of its edge cases the titles of
/// tests. At least one of them names what it proves.
enum LifecycleCoverage {
  /// A row or an edge case, and the titles that prove it.
  struct Proof: Hashable, Sendable {
    /// The number of a row, or the words of an edge case.
    let name: String
    let titles: [String]

    init(_ name: String, _ titles: String...) {
      self.name = name
      self.titles = titles
    }
  }

  /// What is missing: titles that no test has, and rows or edge cases that no title names.
  static func gaps(
    in proofs: [Proof], naming names: (_ title: String, _ name: String) -> Bool,
    among titles: [String]
  ) -> [String] {
    let known = Set(titles)
    return proofs.flatMap { proof -> [String] in
      var gaps = proof.titles.filter { !known.contains($0) }
        .map { "\(proof.name): no test is called \"\($0)\"" }
      if !proof.titles.contains(where: { names($0, proof.name) }) {
        gaps.append("\(proof.name): no title names it")
      }
      return gaps
    }
  }

  /// Whether a title has the number of a row before its colon: `transitions 5 and 6: …`, `14: …`.
  static func names(row title: String, _ number: String) -> Bool {
    title.prefix { $0 != ":" }.split { !$0.isNumber }.contains { $0 == number }
      && title.contains(":")
  }

  /// Whether a title begins with the words of an edge case, or does behind a row's number.
  static func names(edgeCase title: String, _ words: String) -> Bool {
    title.hasPrefix(words) || title.contains(": " + words)
  }
}
