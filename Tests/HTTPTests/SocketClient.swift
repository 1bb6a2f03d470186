import Glibc
import Reactor

/// A blocking connection to a server under test, off its loops.
struct SocketClient: ~Copyable {
  private let number: Int32
  private var received: [UInt8] = []

  init(port: UInt16) throws {
    number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw SystemError(call: "connect", errno: errno) }
    // A hung server fails the test instead of hanging it.
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(number) }

  /// Sends all of the text.
  func send(_ text: String) throws {
    try send(Array(text.utf8))
  }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw SystemError(call: "send", errno: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// Tells the server that nothing more comes.
  func finishSending() {
    shutdown(number, Int32(SHUT_WR))
  }

  /// Makes the end of this client a reset instead of an orderly one.
  func resetAtEnd() {
    var choice = linger(l_onoff: 1, l_linger: 0)
    setsockopt(number, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
  }

  /// Whether there is something to read, or will be within that time.
  func isReadable(withinMilliseconds milliseconds: Int32) throws -> Bool {
    if !received.isEmpty { return true }
    var state = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    let count = poll(&state, 1, milliseconds)
    guard count >= 0 else { throw SystemError(call: "poll", errno: errno) }
    return count > 0
  }

  /// Reads up to and with `end`.
  mutating func read(through end: String) throws -> String {
    let wanted = Array(end.utf8)
    while true {
      if let position = Self.position(of: wanted, in: received) {
        return take(position + wanted.count)
      }
      guard try receive() else { return take(received.count) }
    }
  }

  /// Reads `count` bytes.
  mutating func read(count: Int) throws -> String {
    while received.count < count, try receive() {}
    return take(min(count, received.count))
  }

  /// Reads until the server closes.
  mutating func readToEnd() throws -> String {
    while try receive() {}
    return take(received.count)
  }

  /// Reads one answer with a length: its status line and fields, and its content.
  mutating func readAnswer(
    toHead isHead: Bool = false
  ) throws -> (head: [String], content: String) {
    let head = try read(through: "\r\n\r\n").split(separator: "\r\n").map(String.init)
    let field = head.first { $0.lowercased().hasPrefix("content-length: ") }
    let length = field.flatMap { Int($0.dropFirst(16)) } ?? 0
    return (head, isHead ? "" : try read(count: length))
  }

  private mutating func receive() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(number, &buffer, buffer.count, 0)
    guard count >= 0 else { throw SystemError(call: "recv", errno: errno) }
    received += buffer[..<count]
    return count > 0
  }

  private mutating func take(_ count: Int) -> String {
    let text = String(decoding: received[..<count], as: UTF8.self)
    received.removeFirst(count)
    return text
  }

  private static func position(of wanted: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= wanted.count else { return nil }
    return (0...(bytes.count - wanted.count)).first { start in
      bytes[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }
}
