import Domain
import Foundation
import Wire

/// The files that come with the binary: migrations, policies, openapi.yaml.
struct Assets: Sendable {
  let folder: String

  /// `COUNTERSIGN_HOME`, else the nearest folder above the executable that holds them, else
  /// /usr/share/countersign.
  static func locate(home: String?) throws(StartFailure) -> Assets {
    var candidates = home.map { [$0] } ?? []
    if home == nil {
      var url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      while url.path != "/" {
        url.deleteLastPathComponent()
        candidates.append(url.path)
      }
      candidates.append("/usr/share/countersign")
    }
    for folder in candidates
    where FileManager.default.fileExists(atPath: folder + "/openapi.yaml")
      && FileManager.default.fileExists(atPath: folder + "/migrations")
    {
      return Assets(folder: folder)
    }
    throw StartFailure(
      "cannot find migrations/ and openapi.yaml; set COUNTERSIGN_HOME to their folder")
  }

  /// The policy that comes with the binary; the first start puts it in force.
  func policy() throws(StartFailure) -> Policy {
    let bytes = try bytes("policies/default.yaml")
    do throws(InvalidBody) {
      return try Policy(json: YAMLDocument.parse(bytes, scalars: .coreSchema))
    } catch {
      let reasons = error.errors.map { "\($0.pointer) \($0.detail)" }
      throw StartFailure("policies/default.yaml: \(reasons.joined(separator: "; "))")
    }
  }

  var migrations: String { folder + "/migrations" }

  /// The bytes of a file of the folder.
  func bytes(_ name: String) throws(StartFailure) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
      throw StartFailure("cannot read \(folder)/\(name)")
    }
    return Array(data)
  }
}
