import CLinux

/// What a descriptor is ready for, as epoll reported it.
package struct Readiness: OptionSet, Sendable {
  /// The bits.
  package let rawValue: UInt32
  /// Makes a set from bits.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Bytes, an end of stream or a connection can be taken.
  package static let readable = Readiness(rawValue: CLINUX_EPOLLIN)
  /// Bytes can be sent.
  package static let writable = Readiness(rawValue: CLINUX_EPOLLOUT)
  /// The peer will send nothing more.
  package static let peerClosed = Readiness(rawValue: CLINUX_EPOLLRDHUP)
  /// There may be something to receive: bytes, or their end.
  package static let receivable = Readiness(rawValue: CLINUX_EPOLLIN | CLINUX_EPOLLRDHUP)
  /// An error, or both directions are closed.
  package static let failed = Readiness(rawValue: CLINUX_EPOLLERR | CLINUX_EPOLLHUP)

  /// Whether any of these bits is set: `failed` holds two, so `contains` would ask for both.
  package func intersects(_ other: Readiness) -> Bool { rawValue & other.rawValue != 0 }
}

/// What to be told about. Errors and hang-ups are always reported.
package struct Interest: OptionSet, Sendable {
  /// The bits.
  package let rawValue: UInt32
  /// Makes a set from bits.
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Readable.
  package static let read = Interest(rawValue: CLINUX_EPOLLIN)
  /// Writable.
  package static let write = Interest(rawValue: CLINUX_EPOLLOUT)
  /// The peer shut its sending side down.
  package static let peerClose = Interest(rawValue: CLINUX_EPOLLRDHUP)
}

/// When readiness is reported.
package enum Trigger: Sendable {
  /// As long as it lasts: for descriptors that a library reads (libpq, libcurl).
  case level
  /// Once for each change: the handler remembers it.
  case edge
  /// As long as it lasts, and to one of the loops that watch the same listening socket.
  /// The interest cannot be changed afterwards.
  case exclusive

  var bits: UInt32 {
    switch self {
    case .level: 0
    case .edge: CLINUX_EPOLLET
    case .exclusive: CLINUX_EPOLLEXCLUSIVE
    }
  }
}

/// Is told when a watched descriptor becomes ready, on its loop's thread.
package protocol ReadinessHandler: AnyObject {
  /// Called with all that became ready at once.
  func ready(_ events: Readiness)
}

/// One registration of a descriptor with a loop. The kernel reuses descriptor numbers, so the
/// generation tells this registration from a later one of the same number.
package struct Watch: Hashable, Sendable {
  let descriptor: Int32
  let generation: UInt32
  let trigger: Trigger

  /// What travels through epoll: the number below, the generation above.
  var tag: UInt64 {
    UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
  }
}
