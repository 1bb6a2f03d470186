import Foundation

/// The Python of `./test`, with packages in which others speak our formats.
enum Python {
  /// Its program, if it has the package; nil where `./test` could not get it.
  static func with(_ package: String) -> String? {
    let folders = FileManager.default.enumerator(
      atPath: Binary.repository + "/.build/python/lib")
    while let name = folders?.nextObject() as? String {
      if name.hasSuffix("/site-packages/\(package)") {
        return Binary.repository + "/.build/python/bin/python3"
      }
    }
    return nil
  }
}
