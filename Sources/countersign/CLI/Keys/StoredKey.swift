import Domain
import Foundation
import Tokens

/// A private key file.
struct StoredKey {
  let kid: String
  let algorithm: String
  let madeAt: Timestamp
  let path: String

  /// The keys of a folder, newest first; none when there is no folder. Makes nothing.
  ///
  /// Errors: `NotPossible` for a folder or a file that cannot be read.
  static func all(in folder: String) throws -> [StoredKey] {
    let manager = FileManager.default
    guard manager.fileExists(atPath: folder) else { return [] }
    let names: [String]
    do {
      names = try manager.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pem") }
    } catch {
      throw NotPossible("cannot read the key folder \(folder): \(error.localizedDescription)")
    }
    return try names.map { name in
      let path = "\(folder)/\(name)"
      guard let pem = manager.contents(atPath: path),
        let key = SigningKey(pem: String(decoding: pem, as: UTF8.self))
      else { throw NotPossible("\(path) is not a readable private key in PEM") }
      let made = try manager.attributesOfItem(atPath: path)[.modificationDate] as? Date
      let seconds = (made ?? .distantPast).timeIntervalSince1970
      return StoredKey(
        kid: key.kid, algorithm: key.algorithm.rawValue,
        madeAt: Timestamp(microseconds: Int64(seconds * 1_000_000)), path: path)
    }.sorted { ($0.madeAt, $0.kid) > ($1.madeAt, $1.kid) }
  }
}
