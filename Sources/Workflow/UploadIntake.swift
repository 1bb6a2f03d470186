package import Domain
import Ledger

/// Cuts what arrives into pieces, and looks at it on the way: hash, size, kind.
package struct UploadIntake: Sendable {
  private var digest = RunningDigest()
  private var held: [UInt8] = []
  private var start: [UInt8] = []
  private var size: Int64 = 0
  /// How many pieces were cut.
  package private(set) var pieces: Int64 = 0

  package init() {}

  /// Takes bytes and gives the whole pieces that they complete.
  package mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
    digest.update(bytes)
    size += Int64(bytes.count)
    if start.count < MediaType.bytesLookedAt {
      start += bytes.prefix(MediaType.bytesLookedAt - start.count)
    }
    held += bytes
    var whole: [[UInt8]] = []
    while held.count >= AttachedFile.pieceBytes {
      whole.append(Array(held.prefix(AttachedFile.pieceBytes)))
      held.removeFirst(AttachedFile.pieceBytes)
    }
    pieces += Int64(whole.count)
    return whole
  }

  /// The last piece, which is shorter; nil when there is none.
  package mutating func takeRest() -> [UInt8]? {
    guard !held.isEmpty else { return nil }
    defer { held = [] }
    pieces += 1
    return held
  }

  /// What was found, once the last piece is taken.
  package func contents(of upload: FileID) -> UploadFile.Contents {
    UploadFile.Contents(
      upload: upload, digest: digest.digest, size: size, pieces: pieces,
      mediaType: MediaType(startingWith: start))
  }
}
