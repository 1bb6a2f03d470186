import Domain
import Foundation

/// Files that tests read: those of this repository, and vectors beside it where they are.
enum SharedFile {
  private static var root: URL {
    URL(filePath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: "../shared/" + path).path)
  }

  static func json(_ path: String, depthMax: Int = 16) throws -> JSON {
    let data = try Data(contentsOf: root.appending(path: "../shared/" + path))
    return try JSONParser.parse(Array(data), limits: JSONLimits(depthMax: depthMax))
  }

  /// A file of the repository itself.
  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appending(path: path)))
  }
}

/// Reading vectors: a missing part is a failure of the test, so it traps.
extension JSON {
  subscript(name: String) -> JSON { object[name] ?? .null }
  var object: JSONObject {
    guard case .object(let object) = self else { preconditionFailure("not an object: \(self)") }
    return object
  }
  var elements: [JSON] {
    guard case .array(let elements) = self else { preconditionFailure("not an array: \(self)") }
    return elements
  }
  var text: String {
    guard case .string(let text) = self else { preconditionFailure("not a string: \(self)") }
    return text
  }
}
