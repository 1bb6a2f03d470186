@preconcurrency import Glibc

/// Standard error, for whole lines at once.
enum StandardError {
  /// Writes all of it. What the system refuses (a full disk, a reader that has gone) is dropped:
  /// the service goes on.
  ///
  /// The stream's lock is the one that the logger's lines take, so that lines never mix.
  @Sendable static func write(_ lines: UnsafeRawBufferPointer) {
    flockfile(stderr)
    defer { funlockfile(stderr) }
    var rest = lines
    while !rest.isEmpty {
      let count = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
      if count > 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      } else if count < 0, errno == EAGAIN {
        awaitRoom()
      } else if count == 0 || errno != EINTR {
        return
      }
    }
  }

  /// Somebody else may have made the descriptor non-blocking: it is shared with the terminal.
  private static func awaitRoom() {
    var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    _ = poll(&descriptor, 1, -1)
  }
}
