package import Domain
internal import FoundationEssentials
internal import Synchronization

extension Zones {
  /// Where the tz database lies.
  package static let systemFolder = "/usr/share/zoneinfo"

  /// The machine's tz database; each zone is read once.
  package static let system = Zones.loaded(from: systemFolder)

  /// The compiled zone files of a folder (RFC 9636).
  package static func loaded(from folder: String) -> Zones {
    let cache = ZoneCache(folder: folder)
    return Zones { name in cache.zone(name) }
  }
}

/// Zones already read, by name; a name without a file is looked up again each time, which is
/// cheap and keeps strangers from filling memory.
private final class ZoneCache: Sendable {
  private let folder: String
  private let zones = Mutex<[String: Zone]>([:])

  init(folder: String) {
    self.folder = folder
  }

  func zone(_ name: String) -> Zone? {
    guard ZoneName.isWellFormed(name) else { return nil }
    if let known = zones.withLock({ $0[name] }) { return known }
    let path = folder + "/" + name
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder,
      let contents = FileManager.default.contents(atPath: path),
      let zone = ZoneFile.zone(named: name, from: [UInt8](contents))
    else { return nil }
    zones.withLock { $0[name] = zone }
    return zone
  }
}

/// Which texts are looked for in the tz database.
enum ZoneName {
  static let bytesMax = 64

  /// IANA names: parts of letters, digits, `+ - _`, joined by `/`. The folders of other forms of
  /// the database (`right/` counts leap seconds) and the machine's own choice are not names.
  static func isWellFormed(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= bytesMax else { return false }
    let parts = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let others = ["posix", "right", "localtime", "posixrules", "Factory"]
    return parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy(isNameByte)
    } && !others.contains(String(decoding: parts[0], as: UTF8.self))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
