/// One step of the schema: a file `NNNN_title.sql`.
package struct Migration: Hashable, Sendable {
  /// 1, 2, 3 … without gaps.
  package let version: Int
  /// The file's name.
  package let name: String
  /// The statements, sent as they are.
  package let sql: String

  /// Reads version and title out of a file's name; nil when it is not of the form.
  init?(fileName: String, sql: String) {
    let digits = fileName.prefix(4)
    let rest = fileName.dropFirst(4)
    let isTitled =
      rest.hasPrefix("_") && rest.hasSuffix(".sql") && rest.count > "_.sql".count
      && rest.dropLast(4).utf8.allSatisfy(Self.isTitleByte)
    // Int takes signs, so the digits are checked one by one.
    guard isTitled, digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let version = Int(digits)
    else { return nil }
    self.version = version
    self.name = fileName
    self.sql = sql
  }

  private static func isTitleByte(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (48...57).contains(byte) || byte == 95
  }
}

/// A migration that a database has already gone through.
struct AppliedMigration: Hashable, Sendable {
  let version: Int
  let name: String
  let checksum: String
}

/// The migrations of a folder in order, and what a database lacks of them.
struct MigrationPlan {
  /// The most bytes of one file.
  static let fileBytesMax = 4 << 20

  let migrations: [Migration]

  /// Orders the files and refuses doubled versions and gaps.
  init(_ files: [Migration]) throws(MigrationError) {
    migrations = files.sorted { ($0.version, $0.name) < ($1.version, $1.name) }
    for (index, migration) in migrations.enumerated() {
      if migration.version == index + 1 { continue }
      if index > 0, migrations[index - 1].version == migration.version {
        throw .doubledVersion(migrations[index - 1].name, migration.name)
      }
      throw .missingVersion(index + 1)
    }
  }

  /// The migrations still to be applied; `checksums` are those of the files, in order.
  func pending(
    after applied: [AppliedMigration], checksums: [String]
  ) throws(MigrationError) -> ArraySlice<Migration> {
    let applied = applied.sorted { $0.version < $1.version }
    for (index, row) in applied.enumerated() {
      if row.version > migrations.count { throw .unknownVersion(row.version, row.name) }
      guard row.version == index + 1 else { throw .notApplied(index + 1, before: row.version) }
      guard row.checksum == checksums[index] else { throw .changed(migrations[index].name) }
    }
    return migrations.dropFirst(applied.count)
  }
}
