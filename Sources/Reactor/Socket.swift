import CLinux
import Glibc

/// What came of one attempt to receive or send.
package enum Transfer: Sendable, Equatable {
  /// This many bytes were moved, at least one.
  case moved(Int)
  /// The kernel has no bytes, or no room, now.
  case wouldBlock
  /// The peer will send no more.
  case ended
  /// The connection is broken.
  case failed(Int32)
}

/// TCP sockets, never blocking.
package enum Socket {
  /// Opens a listening socket with address reuse; port 0 lets the kernel choose.
  package static func listen(
    on address: SocketAddress, backlog: Int
  ) throws(SystemError) -> Descriptor {
    var system = address.system
    return Descriptor(
      owning: try SystemError.check(clinux_listen(&system, Int32(backlog)), "listen"))
  }

  /// Begins to connect: done when the descriptor is writable and `connectError` is nil.
  package static func connect(to address: SocketAddress) throws(SystemError) -> Descriptor {
    var system = address.system
    return Descriptor(owning: try SystemError.check(clinux_connect(&system), "connect"))
  }

  /// Why an attempt to connect failed; nil when it did not.
  package static func connectError(_ descriptor: Int32) -> SystemError? {
    let result = clinux_socket_error(descriptor)
    return result < 0 ? SystemError(call: "connect", errno: -result) : nil
  }

  /// Takes the next waiting connection; nil when none is waiting.
  package static func accept(
    on descriptor: Int32
  ) throws(SystemError) -> (descriptor: Int32, peer: SocketAddress)? {
    var peer = clinux_address()
    let result = clinux_accept(descriptor, &peer)
    if result == -EAGAIN { return nil }
    return (try SystemError.check(result, "accept4"), SocketAddress(peer))
  }

  /// The address a socket is bound to, with the port the kernel chose.
  package static func localAddress(
    of descriptor: Int32
  ) throws(SystemError) -> SocketAddress {
    var address = clinux_address()
    try SystemError.check(clinux_local_address(descriptor, &address), "getsockname")
    return SocketAddress(address)
  }

  /// Sends small segments at once.
  package static func disableDelay(_ descriptor: Int32) throws(SystemError) {
    try SystemError.check(clinux_no_delay(descriptor), "setsockopt")
  }

  /// Tells the peer that nothing more will be sent. A connection that is gone is left alone.
  package static func shutDownWriting(_ descriptor: Int32) {
    _ = clinux_shutdown_write(descriptor)
  }

  /// Makes closing drop what is unsent and reset the connection.
  package static func resetOnClose(_ descriptor: Int32) {
    _ = clinux_reset_on_close(descriptor)
  }

  /// Receives what is there, at most the buffer's size.
  package static func receive(
    from descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
  ) -> Transfer {
    let count = clinux_receive(descriptor, buffer.baseAddress, buffer.count)
    return count == 0 ? .ended : transfer(count)
  }

  /// Sends head, then body, in one call, as far as the kernel has room.
  package static func send(
    to descriptor: Int32, head: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer
  ) -> Transfer {
    transfer(
      clinux_send(descriptor, head.baseAddress, head.count, body.baseAddress, body.count))
  }

  /// A descriptor to be given up when the process has no more.
  package static func spareDescriptor() throws(SystemError) -> Descriptor {
    Descriptor(owning: try SystemError.check(clinux_spare_descriptor(), "open"))
  }

  private static func transfer(_ count: Int64) -> Transfer {
    if count >= 0 { return .moved(Int(count)) }
    return count == -Int64(EAGAIN) ? .wouldBlock : .failed(Int32(-count))
  }
}
