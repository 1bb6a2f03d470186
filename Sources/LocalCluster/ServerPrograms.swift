import Foundation

/// One installed major version of PostgreSQL's server programs.
package struct ServerPrograms: Hashable, Sendable {
  /// The folder that holds `initdb` and `postgres`.
  package let folder: String
  /// The major version, such as `15`.
  package let majorVersion: String

  var initdb: String { folder + "/initdb" }
  var postgres: String { folder + "/postgres" }

  /// Every installed version, newest first: Debian's folders, then those on `PATH`.
  static func installed(
    root: String = "/usr/lib/postgresql", path: String? = nil
  ) -> [ServerPrograms] {
    var found: [ServerPrograms] = []
    for version in folderEntries(root) where Int(version) != nil {
      let folder = "\(root)/\(version)/bin"
      if holdsPrograms(folder) {
        found.append(ServerPrograms(folder: folder, majorVersion: version))
      }
    }
    found.sort { (Int($0.majorVersion) ?? 0) > (Int($1.majorVersion) ?? 0) }
    let search = path ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
    for entry in search.split(separator: ":").map(String.init) where holdsPrograms(entry) {
      // A link leads to the folder in which the programs find their own libraries and files.
      let postgres = URL(filePath: entry + "/postgres").resolvingSymlinksInPath()
      let folder = postgres.deletingLastPathComponent().path
      guard holdsPrograms(folder), !found.contains(where: { $0.folder == folder }) else { continue }
      guard let version = reportedVersion(of: folder + "/postgres") else { continue }
      found.append(ServerPrograms(folder: folder, majorVersion: version))
    }
    return found
  }

  /// The newest programs, or those of the version that made the data already there.
  static func select(
    from installed: [ServerPrograms], existing version: String?, folder: String
  ) throws(ClusterFailure) -> ServerPrograms {
    guard let newest = installed.first else {
      throw .serverMissing(searched: ["/usr/lib/postgresql/*/bin", "PATH"])
    }
    guard let version else { return newest }
    guard let same = installed.first(where: { $0.majorVersion == version }) else {
      throw .versionMismatch(
        folder: folder, made: version, installed: installed.map(\.majorVersion))
    }
    return same
  }

  private static func holdsPrograms(_ folder: String) -> Bool {
    access(folder + "/initdb", X_OK) == 0 && access(folder + "/postgres", X_OK) == 0
  }

  /// The first number in `postgres (PostgreSQL) 15.3 (Debian …)`.
  static func majorVersion(inReport text: String) -> String? {
    guard let mark = text.range(of: "(PostgreSQL) ") else { return nil }
    let digits = text[mark.upperBound...].prefix { $0.isASCII && $0.isNumber }
    return digits.isEmpty ? nil : String(digits)
  }

  private static func reportedVersion(of program: String) -> String? {
    do {
      return majorVersion(inReport: try ChildProcess.output(of: [program, "--version"]))
    } catch {
      return nil
    }
  }
}

/// The names in a folder; none when it cannot be read.
func folderEntries(_ folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names
}
