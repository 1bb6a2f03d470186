/// One place at which a rule of CONTRIBUTING.md is broken.
struct Violation: Hashable, Sendable, CustomStringConvertible {
  let path: String
  let line: Int
  let reason: String

  var description: String { "\(path):\(line): \(reason)" }
}

extension [Violation] {
  /// One violation a line, for the comment of an expectation.
  var report: String { map(\.description).joined(separator: "\n") }
}
