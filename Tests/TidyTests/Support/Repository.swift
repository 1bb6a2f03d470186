import Foundation

/// The files that are checked, read once.
enum Repository {
  /// The folder with Package.swift.
  static let root: URL = {
    var folder = URL(filePath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      precondition(folder.path != "/", "no Package.swift above \(#filePath)")
      folder = folder.deletingLastPathComponent()
    }
    return folder
  }()

  /// Every Swift and C file under Sources.
  static let sources: [SourceFile] = files(under: "Sources", endingIn: ["swift", "c", "h"])

  /// Every Swift file under Tests.
  static let tests: [SourceFile] = files(under: "Tests", endingIn: ["swift"])

  /// The text of one file; nil when it is missing.
  static func text(of path: String) -> String? {
    let contents = FileManager.default.contents(atPath: root.appending(path: path).path)
    return contents.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The paths of all files, but those of builds, version control and data.
  static func paths(under folder: String = "") -> [String] {
    // The folder may be a link, into which an enumerator does not step by itself.
    let start = root.appending(path: folder).resolvingSymlinksInPath()
    guard let names = FileManager.default.enumerator(atPath: start.path) else { return [] }
    var paths: [String] = []
    for case let name as String in names {
      let isHidden = name.hasPrefix(".build") || name.hasPrefix(".git") || name == ".countersign"
      if isHidden {
        names.skipDescendants()
      } else if names.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
        paths.append(folder.isEmpty ? name : folder + "/" + name)
      }
    }
    return paths.sorted()
  }

  private static func files(under folder: String, endingIn endings: Set<String>) -> [SourceFile] {
    paths(under: folder).compactMap { path in
      guard endings.contains((path as NSString).pathExtension) else { return nil }
      return text(of: path).map { SourceFile(path: path, text: $0) }
    }
  }
}
