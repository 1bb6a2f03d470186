import Domain

/// Who and what there is: ids for e-mails and names, and names for ids.
struct Directory: Sendable {
  let names: [String: String]

  /// Everybody the service knows, by id.
  static func people(_ session: Session) async throws -> Directory {
    Directory(
      names: Dictionary(
        try await session.all(Path("v1", "people")).map {
          ($0["id"].cell, "\($0["name"].cell) <\($0["email"].cell)>")
        }, uniquingKeysWith: { first, _ in first }))
  }

  /// The pools by id.
  static func pools(_ session: Session) async throws -> Directory {
    try await named(in: Path("v1", "pools"), session)
  }

  /// The enforcement points by id.
  static func gateways(_ session: Session) async throws -> Directory {
    try await named(in: Path("v1", "gateways"), session)
  }

  private static func named(in list: Path, _ session: Session) async throws -> Directory {
    Directory(
      names: Dictionary(
        try await session.all(list).map { ($0["id"].cell, $0["name"].cell) },
        uniquingKeysWith: { first, _ in first }))
  }

  /// `Legal <legal@demo.example>` for a person's id, the name of anything else; an id that is
  /// not known as it is.
  func name(_ id: String?) -> String? { id.map { names[$0] ?? $0 } }

  /// The id of a person named by id or e-mail.
  ///
  /// Errors: `NotPossible` for an e-mail that nobody has.
  static func person(_ reference: String, _ session: Session) async throws -> String {
    guard reference.contains("@") else { return reference }
    let email = reference.lowercased()
    let person = try await session.all(Path("v1", "people"))
      .first { $0["email"].string == email }
    guard let id = person?["id"].string else {
      throw NotPossible("nobody has the e-mail \(reference)")
    }
    return id
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
    let item = try await session.all(list).first { $0["name"].string == reference }
    guard let id = item?["id"].string else {
      throw NotPossible("there is no \(kind) called \(reference)")
    }
    return id
  }
}
