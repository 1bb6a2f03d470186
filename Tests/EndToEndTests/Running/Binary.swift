import Foundation

/// The program under test and the files that come with it.
enum Binary {
  /// `countersign`, which the build puts beside the tests.
  static let path: String = {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "countersign").path
  }()

  /// The folder of examples, migrations and openapi.yaml.
  static let repository: String = {
    // Tests may be built from another folder that links to the sources.
    var folder = URL(filePath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<4 { folder.deleteLastPathComponent() }
    return folder.path
  }()

  static func example(_ name: String) -> String { "\(repository)/examples/\(name)" }
}
