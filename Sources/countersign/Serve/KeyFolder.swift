import Foundation
import Tokens

/// The folder of private token keys: `<kid>.pem`, mode 0600. Which of them signs, the database
/// knows.
struct KeyFolder: Sendable {
  let path: String

  /// What lies in the folder, cheap to look at again and again.
  struct Listing: Hashable, Sendable {
    fileprivate struct File: Hashable, Sendable {
      let name: String
      let madeAt: Date
    }

    /// Oldest first.
    fileprivate let files: [File]

    var isEmpty: Bool { files.isEmpty }
  }

  /// The keys of the folder, oldest first; none where there is no folder.
  ///
  /// Errors: one line each for a file that cannot be read, or that is no key.
  func load() throws(StartFailure) -> [SigningKey] { try load(listing()) }

  func load(_ listing: Listing) throws(StartFailure) -> [SigningKey] {
    var keys: [SigningKey] = []
    for file in listing.files {
      guard let text = FileManager.default.contents(atPath: "\(path)/\(file.name)"),
        let key = SigningKey(pem: String(decoding: text, as: UTF8.self))
      else { throw StartFailure("\(path)/\(file.name) is not a readable private key in PEM") }
      keys.append(key)
    }
    return keys
  }

  /// Makes and stores a new key, whole or not at all.
  func make(_ algorithm: Algorithm) throws(StartFailure) -> SigningKey {
    if !FileManager.default.fileExists(atPath: path) { try makeFolder() }
    let key = SigningKey.make(algorithm)
    try DurableFile.create("\(key.kid).pem", in: path, Array(key.pem.utf8))
    return key
  }

  private func makeFolder() throws(StartFailure) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StartFailure("cannot make the key folder \(path): \(error.localizedDescription)")
    }
  }

  /// The key files by age, oldest first.
  func listing() throws(StartFailure) -> Listing {
    let manager = FileManager.default
    guard manager.fileExists(atPath: path) else { return Listing(files: []) }
    do {
      let files = try manager.contentsOfDirectory(atPath: path)
        .filter { $0.hasSuffix(".pem") }
        .map { name in
          let attributes = try manager.attributesOfItem(atPath: "\(path)/\(name)")
          return Listing.File(
            name: name, madeAt: attributes[.modificationDate] as? Date ?? .distantPast)
        }
      return Listing(files: files.sorted { ($0.madeAt, $0.name) < ($1.madeAt, $1.name) })
    } catch {
      throw StartFailure("cannot read the key folder \(path): \(error.localizedDescription)")
    }
  }
}
