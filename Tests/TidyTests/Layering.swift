/// Who may import whom: the table of docs/architecture.md.
struct Layering {
  /// Modules that a target may import beside those of the platform.
  let allowed: [String: Set<String>]
  /// Modules that only one folder of a target may import: `Reactor` in `HTTP/Listener`.
  let allowedInFolder: [String: Set<String>]
  /// Modules that come with the toolchain and the machine.
  let platform: Set<String>
  /// Targets that may not even import those.
  let bare: Set<String>

  static let countersign = Layering(
    allowed: [
      "CLinux": [], "CPostgres": [], "CCurl": [], "CPsl": [],
      "Domain": [],
      "Ledger": ["Domain", "Crypto"],
      "Tokens": ["Domain", "Crypto"],
      "Registries": ["Domain", "CPsl"],
      "Simulation": ["Domain"],
      "Reactor": ["CLinux", "HeapModule"],
      "Metrics": [],
      "HTTP": ["HTTPTypes", "Logging", "Metrics"],
      "Postgres": ["Metrics", "Reactor", "CPostgres", "DequeModule", "Logging"],
      "Curl": ["Reactor", "CCurl"],
      "LocalCluster": [],
      "Store": ["Domain", "Ledger", "Postgres"],
      "Workflow": ["Domain", "Ledger", "Metrics", "Tokens", "Postgres", "Store"],
      "Jobs": [
        "Curl", "Domain", "Ledger", "Logging", "Metrics", "Postgres", "Store", "Tokens", "Workflow",
      ],
      "Wire": ["Domain", "RawStructuredFieldValues", "Yams"],
      "Server": [
        "Domain", "HTTP", "Metrics", "Tokens", "Wire", "Workflow", "HTTPTypes", "Logging",
      ],
      "Gateway": ["Domain", "HTTP", "Curl", "Wire"],
      "CountersignTesting": [
        "CPostgres", "Domain", "HTTP", "HTTPTypes", "Ledger", "LocalCluster", "Logging", "Postgres",
        "Reactor",
        "Registries", "Server", "Store", "Testing", "Tokens", "Wire", "Workflow", "Yams",
      ],
      "countersign": [
        "ArgumentParser", "Configuration", "Curl", "Dispatch", "Domain", "HTTP", "Jobs",
        "Ledger", "LocalCluster", "Logging", "Metrics", "Postgres", "Reactor", "Registries",
        "Server", "Simulation",
        "Store", "Tokens", "Wire", "Workflow", "Yams",
      ],
    ],
    allowedInFolder: ["HTTP/Listener": ["Reactor"]],
    platform: ["Foundation", "FoundationEssentials", "Glibc", "Synchronization"],
    bare: ["Domain"])

  /// What a file imports against the table; a target that is not in it may import nothing.
  func violations(in file: SourceFile) -> [Violation] {
    guard let target = file.target else { return [] }
    guard let modules = allowed[target] else {
      return [Violation(path: file.path, line: 1, reason: "target \(target) is not in the table")]
    }
    let inFolder = allowedInFolder.filter { file.path.hasPrefix("Sources/\($0.key)/") }
    let permitted = inFolder.values.reduce(modules.union(bare.contains(target) ? [] : platform)) {
      $0.union($1)
    }
    return Self.imports(in: file.code).compactMap { line, module in
      if permitted.contains(module) { return nil }
      let reason = "\(target) may not import \(module)"
      return Violation(path: file.path, line: line, reason: reason)
    }
  }

  /// Every import of a file: its line and the module, whatever stands before and after it.
  static func imports(in code: [Token]) -> [(line: Int, module: String)] {
    let kinds: Set = ["typealias", "struct", "class", "enum", "protocol", "let", "var", "func"]
    var found: [(line: Int, module: String)] = []
    for (index, token) in code.enumerated() where token.kind == .word && token.text == "import" {
      // Not the name of a member or an argument's label.
      if index > 0, code[index - 1].text == "." { continue }
      var next = index + 1
      if next < code.count, kinds.contains(code[next].text) { next += 1 }
      guard next < code.count, code[next].kind == .word else { continue }
      found.append((token.line, code[next].text))
    }
    return found
  }
}
