import Foundation
import Testing
import Tokens

@testable import countersign

@Suite("the folder of token keys")
struct KeyFolderTests {
  @Test("the newest key signs, also after the folder was restored from a backup")
  func restored() throws {
    let path = FileManager.default.temporaryDirectory.path + "/keys-\(UUID().uuidString)"
    defer {
      do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }
    let folder = KeyFolder(path: path)
    let old = try #require(try folder.load().first)
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

  private func date(_ key: SigningKey, in path: String, daysAgo: Int) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: TimeInterval(-86_400 * daysAgo))],
      ofItemAtPath: "\(path)/\(key.kid).pem")
  }
}
