/// One file of the repository.
struct SourceFile: Hashable, Sendable {
  /// From the repository's folder, such as `Sources/Domain/Lease/Lease.swift`.
  let path: String
  let text: String
  /// The tokens of a Swift file; none of another.
  let tokens: [Token]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    tokens = path.hasSuffix(".swift") ? Lexer.tokens(of: text) : []
  }

  /// The tokens that are compiled.
  var code: [Token] { tokens.filter { $0.kind != .comment } }

  /// `Lease+Wire` of `Sources/Wire/Lease+Wire.swift`.
  var stem: String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.split(separator: ".", omittingEmptySubsequences: false).first ?? "")
  }

  /// `Domain` of `Sources/Domain/Lease/Lease.swift`; nil outside Sources.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}
