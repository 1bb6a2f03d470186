import Domain
import Foundation
import Ledger
import Testing

@Suite("leaf hashes")
struct LeafHashTests {
  /// Leaves of RFC 6962 trees and their hashes, also kept beside the repository as vectors.
  static let leaves: [(leaf: String, hash: String)] = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("4c313233343536", "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
  ]

  @Test("a leaf is hashed behind a zero byte, unlike a plain document", arguments: leaves)
  func known(leaf: String, hash: String) throws {
    let bytes = try #require([UInt8](hex: leaf))
    #expect(Digest.leaf(bytes).hex == hash)
    #expect(Digest.leaf(bytes) == Digest.sha256(of: [0] + bytes))
    #expect(Digest.leaf(bytes) != Digest.sha256(of: bytes))
  }

  @Test("the leaf values of the vectors", .enabled(if: Vectors.exist))
  func vectors() throws {
    let hashers = try Vectors.members("hasher")
    var count = 0
    for case .object(let row) in hashers {
      guard case .string(let data)? = row["data_hex"], case .string(let hash)? = row["hex"] else {
        continue
      }
      let bytes = try #require([UInt8](hex: data))
      #expect(Digest.leaf(bytes).hex == hash)
      count += 1
    }
    #expect(count == 2)
  }

  @Test("the reference tree's first two roots come from leaf hashes", .enabled(if: Vectors.exist))
  func roots() throws {
    let tree = try Vectors.object("reference_tree")
    guard case .array(let leaves)? = tree["leaves_hex"],
      case .array(let roots)? = tree["roots_hex_by_size"], case .string(let second) = leaves[1]
    else {
      Issue.record("not the vectors")
      return
    }
    let bytes = try #require([UInt8](hex: second))
    #expect(roots[1] == .string(Digest.leaf([]).hex))
    let node = [1] + Digest.leaf([]).bytes + Digest.leaf(bytes).bytes
    #expect(roots[2] == .string(Digest.sha256(of: node).hex))
  }
}

/// The Merkle vectors beside the repository, where they are.
private enum Vectors {
  private static let file = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent()
    .appending(path: "../../../shared/vectors/evidence/merkle-rfc6962.json").standardizedFileURL

  static var exist: Bool { FileManager.default.fileExists(atPath: file.path) }

  static func object(_ name: String) throws -> JSONObject {
    guard case .object(let all) = try JSONParser.parse(Array(try Data(contentsOf: file))),
      case .object(let object)? = all[name]
    else { throw CocoaError(.propertyListReadCorrupt) }
    return object
  }

  static func members(_ name: String) throws -> [JSON] {
    guard case .object(let all) = try JSONParser.parse(Array(try Data(contentsOf: file))),
      case .array(let elements)? = all[name]
    else { throw CocoaError(.propertyListReadCorrupt) }
    return elements
  }
}
