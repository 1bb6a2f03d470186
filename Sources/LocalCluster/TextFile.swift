import Glibc

/// Small text files, with the reason when they cannot be read or written.
enum TextFile {
  private static let bytesMax = 1 << 20

  /// The text of a file from `offset` on, at most 1 MiB of it.
  static func read(_ path: String, from offset: Int = 0) throws(ClusterFailure) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unusable(path: path, action: "read", errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < bytesMax {
      let count = pread(descriptor, &buffer, buffer.count, offset + bytes.count)
      guard count >= 0 else { throw .unusable(path: path, action: "read", errno: errno) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of a file, or nil when there is no such file.
  static func readIfPresent(_ path: String) throws(ClusterFailure) -> String? {
    do {
      return try read(path)
    } catch .unusable(_, _, ENOENT) {
      return nil
    }
  }

  /// Replaces a file's text in one step (mode 0600), so that a crash leaves the old or the new.
  static func replace(_ path: String, with text: String) throws(ClusterFailure) {
    let new = path + ".new"
    let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unusable(path: new, action: "write", errno: errno) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
      rename(new, path) == 0
    else { throw .unusable(path: path, action: "write", errno: errno) }
  }
}
