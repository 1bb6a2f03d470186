import Foundation
import Tokens

/// The folder of private token keys: `<kid>.pem`, mode 0600; the newest signs.
struct KeyFolder {
  let path: String

  /// The keys of the folder, oldest first; a new ES256 key when there is none.
  ///
  /// Errors: one line each for a folder that cannot be made, a file that cannot be read, a file
  /// that is no key.
  func load() throws(StartFailure) -> [SigningKey] {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StartFailure("cannot make the key folder \(path): \(error.localizedDescription)")
    }
    let names = try files()
    if names.isEmpty { return [try make(.es256)] }
    var keys: [SigningKey] = []
    for name in names {
      guard let text = FileManager.default.contents(atPath: "\(path)/\(name)"),
        let key = SigningKey(pem: String(decoding: text, as: UTF8.self))
      else { throw StartFailure("\(path)/\(name) is not a readable private key in PEM") }
      keys.append(key)
    }
    return keys
  }

  /// Makes and stores a new key, which signs from the next start on.
  func make(_ algorithm: Algorithm) throws(StartFailure) -> SigningKey {
    let key = SigningKey.make(algorithm)
    let file = "\(path)/\(key.kid).pem"
    let made = FileManager.default.createFile(
      atPath: file, contents: Data(key.pem.utf8), attributes: [.posixPermissions: 0o600])
    guard made else { throw StartFailure("cannot write the key \(file)") }
    return key
  }

  /// Names of the key files by age, oldest first.
  private func files() throws(StartFailure) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { $0.hasSuffix(".pem") }
        .map { name in
          let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
          return (name: name, madeAt: attributes[.modificationDate] as? Date ?? .distantPast)
        }
        .sorted { ($0.madeAt, $0.name) < ($1.madeAt, $1.name) }
        .map(\.name)
    } catch {
      throw StartFailure("cannot read the key folder \(path): \(error.localizedDescription)")
    }
  }
}
