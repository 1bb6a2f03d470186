import Foundation
import Testing
import Tokens

@testable import countersign

@Suite("the folder of token keys")
struct KeyFolderTests {
  private func withFolder(_ body: (_ path: String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/keys-\(UUID().uuidString)"
    defer {
      do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
    try body(path)
  }

  @Test("keys come in the order in which they were made, also after a restore from a backup")
  func restored() throws {
    try withFolder { path in
      let folder = KeyFolder(path: path)
      #expect(try folder.load().isEmpty && !FileManager.default.fileExists(atPath: path))
      let old = try folder.make(.es256)
      try date(old, in: path, daysAgo: 2)
      let new = try folder.make(.edDSA)
      try date(new, in: path, daysAgo: 1)
      // As `cp -a` and `tar` do: the times of the files are kept, the older may be written last.
      let file = "\(path)/\(old.kid).pem"
      let pem = try #require(FileManager.default.contents(atPath: file))
      try FileManager.default.removeItem(atPath: file)
      try pem.write(to: URL(filePath: file))
      try date(old, in: path, daysAgo: 2)

      #expect(try folder.load().map(\.kid) == [old.kid, new.kid])
      #expect(try StoredKey.all(in: path).map(\.kid) == [new.kid, old.kid])
    }
  }

  @Test("a key is for its owner only, in a folder of the same kind, and there whole")
  func modes() throws {
    try withFolder { path in
      let key = try KeyFolder(path: path).make(.es256)
      #expect(try mode(path) == 0o700)
      #expect(try mode("\(path)/\(key.kid).pem") == 0o600)
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["\(key.kid).pem"])
    }
  }

  @Test("what a stop in the middle of writing leaves is no key; a listing tells what is new")
  func halfWritten() throws {
    try withFolder { path in
      let folder = KeyFolder(path: path)
      let key = try folder.make(.es256)
      let before = try folder.listing()
      try Data("-----BEGIN".utf8).write(to: URL(filePath: "\(path)/x.pem.new"))
      #expect(try folder.listing() == before)
      #expect(try folder.load().map(\.kid) == [key.kid])
      let second = try folder.make(.es256)
      #expect(try folder.listing() != before)
      #expect(Set(try folder.load().map(\.kid)) == [key.kid, second.kid])
      try Data("no key".utf8).write(to: URL(filePath: "\(path)/x.pem"))
      #expect(throws: StartFailure.self) { try folder.load() }
    }
  }

  @Test("a file is never written over another one that is being written")
  func twice() throws {
    try withFolder { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try DurableFile.create("a", in: path, [1, 2, 3])
      #expect(FileManager.default.contents(atPath: "\(path)/a") == Data([1, 2, 3]))
      try Data([9]).write(to: URL(filePath: "\(path)/b.new"))
      #expect(throws: StartFailure.self) { try DurableFile.create("b", in: path, [1]) }
      #expect(throws: StartFailure.self) { try DurableFile.create("a", in: path + "/none", [1]) }
    }
  }

  private func mode(_ path: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }

  private func date(_ key: SigningKey, in path: String, daysAgo: Int) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: TimeInterval(-86_400 * daysAgo))],
      ofItemAtPath: "\(path)/\(key.kid).pem")
  }
}
