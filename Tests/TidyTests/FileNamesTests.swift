import Testing

@Suite("file names")
struct FileNamesTests {
  static let allowed = [
    ("Lease.swift", "package struct Lease {}"),
    ("RenewLease.swift", "extension Workflow { package func renewLease() {} }"),
    ("Lease+Wire.swift", "extension Lease {}"),
    ("Lease+Wire.swift", "extension Domain.Lease {}"),
    ("main.swift", "run()"),
  ]

  static let refused = [
    ("Lease.swift", "package struct Leases {}"),
    ("Lease.swift", "// struct Lease"),
    ("RenewLease.swift", "func renew() {}"),
    ("Lease+Wire.swift", "struct Lease {}"),
    ("Lease+Wire.swift", "extension LeaseBody {}"),
    ("Extensions.swift", "extension String {}"),
  ]

  @Test("a file named after what is in it passes", arguments: allowed)
  func passes(name: String, text: String) {
    let file = SourceFile(path: "Sources/Domain/\(name)", text: text)
    #expect(FileNames.violations(in: file).isEmpty)
  }

  @Test("a file named after something else is found", arguments: refused)
  func finds(name: String, text: String) {
    let file = SourceFile(path: "Sources/Domain/\(name)", text: text)
    #expect(FileNames.violations(in: file).count == 1)
  }

  @Test("every file is named after what is in it")
  func everything() {
    let found = (Repository.sources + Repository.tests).flatMap { FileNames.violations(in: $0) }
    #expect(found.isEmpty, "\(found.report)")
  }
}
