import Domain

/// Who and which pools there are: ids for e-mails and names, and names for ids.
struct Directory: Sendable {
  private let names: [String: String]

  /// Everybody the service knows, by id.
  static func people(_ session: Session) async throws -> Directory {
    Directory(
      names: Dictionary(
        try await session.all(Path("v1", "people")).map {
          ($0["id"].cell, "\($0["name"].cell) <\($0["email"].cell)>")
        }, uniquingKeysWith: { first, _ in first }))
  }

  /// `Legal <legal@demo.example>` for a person's id; any other text as it is.
  func name(_ id: String?) -> String? { id.map { names[$0] ?? $0 } }

  /// The id of a person named by id or e-mail.
  ///
  /// Errors: `NotPossible` for an e-mail that nobody has.
  static func person(_ reference: String, _ session: Session) async throws -> String {
    guard reference.contains("@") else { return reference }
    let people = try await session.all(Path("v1", "people"))
    guard
      let found = people.first(where: { $0["email"].string == reference.lowercased() })?["id"].string
    else { throw NotPossible("nobody has the e-mail \(reference)") }
    return found
  }

  /// The id of a pool named by id or name.
  ///
  /// Errors: `NotPossible` for a name that no pool has.
  static func pool(_ reference: String, _ session: Session) async throws -> String {
    try await named(reference, prefix: "pool_", in: Path("v1", "pools"), "pool", session)
  }

  /// The id of an enforcement point named by id or name.
  ///
  /// Errors: `NotPossible` for a name that no enforcement point has.
  static func gateway(_ reference: String, _ session: Session) async throws -> String {
    try await named(
      reference, prefix: "gate_", in: Path("v1", "gateways"), "enforcement point", session)
  }

  private static func named(
    _ reference: String, prefix: String, in list: Path, _ kind: String, _ session: Session
  ) async throws -> String {
    if reference.hasPrefix(prefix) { return reference }
    let items = try await session.all(list)
    guard let found = items.first(where: { $0["name"].string == reference })?["id"].string else {
      throw NotPossible("there is no \(kind) called \(reference)")
    }
    return found
  }
}
