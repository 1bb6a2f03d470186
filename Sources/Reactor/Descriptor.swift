import CLinux

/// Sole owner of a file descriptor: closes it exactly once.
package struct Descriptor: ~Copyable, Sendable {
  /// The number the kernel knows it by; not to be used after this value is gone.
  package let rawValue: Int32

  /// Takes over a descriptor that nobody else will close.
  package init(owning rawValue: Int32) {
    precondition(rawValue >= 0, "a descriptor is never negative")
    self.rawValue = rawValue
  }

  deinit {
    // EBADF would mean that somebody closed a number which may belong to another connection
    // by now: a programmer error worth stopping for. Other errors leave it closed on Linux.
    precondition(clinux_close(rawValue) != -9, "the descriptor was closed by somebody else")
  }

  /// Gives the descriptor away without closing it.
  package consuming func release() -> Int32 {
    let number = rawValue
    discard self
    return number
  }
}
