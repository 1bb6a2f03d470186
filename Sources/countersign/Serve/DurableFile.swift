import Foundation
import Glibc

/// Writes files that are there whole or not at all, whenever the machine stops.
enum DurableFile {
  /// Makes a file that only its owner may read; the folder's owner becomes its own where this
  /// process may decide that.
  ///
  /// Error: `StartFailure` for a name that is taken, and for what the system refuses.
  static func create(_ name: String, in folder: String, _ bytes: [UInt8]) throws(StartFailure) {
    let (path, temporary) = ("\(folder)/\(name)", "\(folder)/\(name).new")
    let directory = try opened(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { close(directory) }
    let file = try opened(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC)
    do {
      defer { close(file) }
      try write(bytes, to: file, at: temporary)
      try belong(file, to: directory, at: temporary)
      try check(fsync(file), "cannot write \(temporary)")
    } catch {
      unlink(temporary)
      throw error
    }
    try check(rename(temporary, path), "cannot write \(path)")
    // The name is as lasting as the content only now.
    try check(fsync(directory), "cannot write \(folder)")
  }

  private static func opened(_ path: String, _ flags: Int32) throws(StartFailure) -> Int32 {
    let descriptor = open(path, flags, 0o600)
    try check(descriptor, "cannot open \(path)")
    return descriptor
  }

  private static func write(
    _ bytes: [UInt8], to file: Int32, at path: String
  ) throws(StartFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      try check(Int32(clamping: count), "cannot write \(path)")
      rest = rest.dropFirst(count)
    }
  }

  /// An administrator makes the file for the service, whose user has to read it.
  private static func belong(
    _ file: Int32, to directory: Int32, at path: String
  ) throws(StartFailure) {
    guard geteuid() == 0 else { return }
    var owner = stat()
    try check(fstat(directory, &owner), "cannot look at the folder of \(path)")
    try check(fchown(file, owner.st_uid, owner.st_gid), "cannot give away \(path)")
  }

  private static func check(
    _ result: Int32, _ what: @autoclosure () -> String
  ) throws(StartFailure) {
    guard result < 0 else { return }
    let reason = String(cString: strerror(errno))
    throw StartFailure("\(what()): \(reason)")
  }
}
