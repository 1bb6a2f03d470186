/// SQL stands in Store, in Postgres and in migrations, and nowhere else.
enum SQLPlacement {
  /// Targets that may hold SQL; the last two make databases and roles before there is a Store.
  static let allowedTargets: Set = ["Store", "Postgres", "LocalCluster", "CountersignTesting"]

  /// Literals of a file that read like a statement.
  static func violations(in file: SourceFile) -> [Violation] {
    guard let target = file.target, !allowedTargets.contains(target) else { return [] }
    return file.code.compactMap { token in
      guard token.kind == .literal, looksLikeStatement(token.text) else { return nil }
      return Violation(path: file.path, line: token.line, reason: "SQL belongs into Store")
    }
  }

  /// Where files with SQL may lie: a benchmark fills its database as nobody else may.
  private static let homes = ["migrations/", "bench/"]

  /// Files with SQL elsewhere.
  static func strayFiles(among paths: [String]) -> [Violation] {
    paths.compactMap { path in
      guard path.hasSuffix(".sql"), !homes.contains(where: path.hasPrefix) else { return nil }
      return Violation(path: path, line: 1, reason: "SQL files belong into migrations")
    }
  }

  /// Whether a text starts like a statement that reads or changes a database.
  static func looksLikeStatement(_ text: String) -> Bool {
    let words = text.uppercased().split { " \n\t(".contains($0) }.prefix(60).map(String.init)
    guard let first = words.first, words.count > 1 else { return false }
    let second = words[1]
    let objects: Set = [
      "TABLE", "INDEX", "UNIQUE", "DATABASE", "ROLE", "SCHEMA", "FUNCTION", "TRIGGER", "TYPE",
    ]
    switch first {
    case "SELECT": return words.contains("FROM") || text.contains("(") || second == "1"
    case "WITH": return words.contains("AS") && words.contains("SELECT")
    case "INSERT": return second == "INTO"
    case "DELETE": return second == "FROM"
    case "UPDATE": return words.contains("SET")
    case "CREATE", "ALTER", "DROP": return objects.contains(second)
    // In capitals only: "listen" begins sentences too.
    case "TRUNCATE", "LISTEN", "NOTIFY": return text.contains(first)
    default: return false
    }
  }
}
