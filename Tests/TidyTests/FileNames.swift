/// A file is named after a type or a command in it, or after the type that it extends.
enum FileNames {
  static func violations(in file: SourceFile) -> [Violation] {
    guard file.path.hasSuffix(".swift"), !["main", "Package"].contains(file.stem) else { return [] }
    let parts = file.stem.split(separator: "+", maxSplits: 1).map(String.init)
    guard let subject = parts.first, !subject.isEmpty else {
      return [Violation(path: file.path, line: 1, reason: "the file has no name")]
    }
    let code = file.code
    if parts.count == 1, declares(subject, in: code) { return [] }
    if extends(subject, in: code) { return [] }
    let expected =
      parts.count == 1
      ? "type \(subject) or command \(lowered(subject))" : "extension of \(subject)"
    return [Violation(path: file.path, line: 1, reason: "there is no \(expected) in it")]
  }

  private static func declares(_ subject: String, in code: [Token]) -> Bool {
    let kinds: Set = ["struct", "class", "enum", "actor", "protocol", "typealias", "macro"]
    let command = lowered(subject)
    return code.indices.dropLast().contains { index in
      let name = code[index + 1].text
      return kinds.contains(code[index].text) && name == subject
        || code[index].text == "func" && (name == command || name == subject)
    }
  }

  /// Whether `extension A.B.Subject` stands in the file.
  private static func extends(_ subject: String, in code: [Token]) -> Bool {
    code.indices.contains { index in
      guard code[index].text == "extension" else { return false }
      var last = index + 1
      while last + 2 < code.count, code[last + 1].text == "." { last += 2 }
      return last < code.count && code[last].text == subject
    }
  }

  private static func lowered(_ name: String) -> String {
    name.prefix(1).lowercased() + name.dropFirst()
  }
}
