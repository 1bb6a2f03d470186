import Foundation
import Testing

@testable import countersign

@Suite("what is written about settings")
struct DeploymentFilesTests {
  /// Read by the client commands and by the tests, which have no table.
  private static let others: Set = [
    "COUNTERSIGN_SERVER", "COUNTERSIGN_TOKEN", "COUNTERSIGN_TEST_DATABASE_URL",
  ]

  private static let known = others.union(SettingsTable.documented.entries.map(\.name))

  /// Every name of a setting in a text, known or not.
  private static func names(in text: String) -> Set<String> {
    Set(text.matches(of: /\b(?:COUNTERSIGN|DATABASE_URL)(?:_[A-Z]+)*\b/).map { String($0.output) })
      .subtracting(["COUNTERSIGN"])
  }

  @Test("a name that is no setting is found")
  func finds() {
    let text = "COUNTERSIGN_LISTENS=1 DATABASE_URL_FILE=a `COUNTERSIGN_DATA` COUNTERSIGN"
    let names = Self.names(in: text)
    #expect(names == ["COUNTERSIGN_LISTENS", "DATABASE_URL_FILE", "COUNTERSIGN_DATA"])
    #expect(names.subtracting(Self.known) == ["COUNTERSIGN_LISTENS"])
  }

  @Test(
    "the files of a deployment name only settings that exist",
    arguments: [
      ("docker/Dockerfile", "COUNTERSIGN_LISTEN"), ("docker/compose.yaml", "DATABASE_URL_FILE"),
      ("docker/systemd/countersign.service", "COUNTERSIGN_KEYS"),
      ("docs/operations.md", "COUNTERSIGN_LISTEN"), ("docs/cli.md", "COUNTERSIGN_SERVER"),
      ("README.md", "DATABASE_URL"),
    ])
  func files(path: String, expected: String) throws {
    let text = try String(contentsOfFile: "\(Checkout.path)/\(path)", encoding: .utf8)
    let names = Self.names(in: text)
    #expect(names.contains(expected))
    #expect(names.subtracting(Self.known).isEmpty)
  }
}

/// The repository that the tests were built from.
enum Checkout {
  static let path: String = {
    // Tests may be built from another folder that links to the sources.
    var folder = URL(filePath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.path
  }()
}
