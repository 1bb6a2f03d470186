/// What a file is by its first bytes; what is none of a few harmless kinds is only bytes. What the
/// sender says of it counts for nothing.
package enum MediaType: String, Hashable, Sendable, CaseIterable {
  case pdf = "application/pdf"
  case png = "image/png"
  case jpeg = "image/jpeg"
  case word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
  case sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
  case zip = "application/zip"
  case text = "text/plain; charset=utf-8"
  case bytes = "application/octet-stream"

  /// How many bytes are looked at.
  package static let bytesLookedAt = 4_096

  /// - Parameter start: the first bytes of the file, or all of it.
  package init(startingWith start: some Collection<UInt8>) {
    let start = Array(start.prefix(MediaType.bytesLookedAt))
    self =
      switch true {
      case start.starts(with: "%PDF-".utf8): .pdf
      case start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]): .png
      case start.starts(with: [0xFF, 0xD8, 0xFF]): .jpeg
      case start.starts(with: [0x50, 0x4B, 0x03, 0x04]): MediaType(archive: start)
      case MediaType.isText(start): .text
      default: .bytes
      }
  }

  /// Office documents are archives that name their parts near the beginning.
  private init(archive start: [UInt8]) {
    let names = String(decoding: start, as: UTF8.self)
    guard names.contains("[Content_Types].xml") else {
      self = .zip
      return
    }
    self = names.contains("word/") ? .word : names.contains("xl/") ? .sheet : .zip
  }

  private static func isText(_ start: [UInt8]) -> Bool {
    guard !start.isEmpty else { return false }
    let allowed: Set<UInt8> = [0x09, 0x0A, 0x0C, 0x0D]
    guard start.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || allowed.contains($0) }) else {
      return false
    }
    // The end may have cut a character in two.
    let isWhole = start.count < bytesLookedAt
    return (0...(isWhole ? 0 : 3)).contains { cut in
      String(validating: start.dropLast(cut), as: UTF8.self) != nil
    }
  }
}
