import Glibc

/// Holds a data folder for one process; the kernel gives it up when the process ends, however.
struct FolderLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock at once or says who has it.
  init(folder: String) throws(ClusterFailure) {
    let path = folder + "/lock"
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw .unusable(path: path, action: "write", errno: errno) }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(opened)
      guard code == EWOULDBLOCK else { throw .unusable(path: path, action: "lock", errno: code) }
      let holder = try TextFile.readIfPresent(path)?.split(separator: "\n").first
      throw .inUse(folder: folder, processID: holder.flatMap { Int32($0) })
    }
    let line = Array("\(getpid())\n".utf8)
    guard ftruncate(opened, 0) == 0, pwrite(opened, line, line.count, 0) == line.count else {
      let code = errno
      close(opened)
      throw .unusable(path: path, action: "write", errno: code)
    }
    descriptor = opened
  }

  deinit { close(descriptor) }
}
