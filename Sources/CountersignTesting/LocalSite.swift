import Foundation
import Glibc
import Synchronization

/// A web server that does exactly what a test says, byte by byte and as slowly as it likes: a
/// thread for each connection. One request a connection.
package final class LocalSite: Sendable {
  /// One request and the connection it came on.
  package struct Visit: Sendable {
    /// `GET /robots.txt HTTP/1.1`.
    package let requestLine: String
    /// The whole head, lines ending as they came.
    package let head: String
    fileprivate let descriptor: Int32

    /// `/robots.txt`.
    package var target: String {
      let parts = requestLine.split(separator: " ")
      return parts.count > 1 ? String(parts[1]) : ""
    }

    /// Sends bytes; false once the client has gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }

    /// Sends a whole answer.
    package func answer(
      _ status: Int, _ body: String = "", fields: [(String, String)] = []
    ) {
      let lines = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
      let content = requestLine.hasPrefix("HEAD ") ? "" : body
      send(
        Array(
          ("HTTP/1.1 \(status) Said\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\(lines)\r\n\(content)").utf8))
    }

    /// Reads the content, whose length the head says.
    package func content() -> [UInt8] {
      let line = head.split(separator: "\r\n")
        .first { $0.lowercased().hasPrefix("content-length:") }
      let digits = line?.utf8.filter { (0x30...0x39).contains($0) } ?? []
      let length = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      var content = [UInt8](repeating: 0, count: length)
      var received = 0
      while received < length {
        let count = content.withUnsafeMutableBytes {
          recv(descriptor, $0.baseAddress.map { $0 + received }, length - received, 0)
        }
        guard count > 0 else { break }
        received += count
      }
      return Array(content.prefix(received))
    }

    /// Waits until the client goes away; the test's end at the latest.
    package func waitForEnd() {
      var byte: UInt8 = 0
      while recv(descriptor, &byte, 1, 0) > 0 {}
    }
  }

  private let descriptor: Int32
  package let port: UInt16
  /// `127.0.0.1:8080`.
  package let authority: String
  private let record = Record()

  private final class Record: Sendable {
    let visits = Mutex<[Visit]>([])
  }

  /// Serves on a free port, or on a given one, until it is let go.
  package init(
    at address: String = "127.0.0.1", port: UInt16 = 0,
    _ respond: @escaping @Sendable (Visit) -> Void
  ) throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var on: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = port.bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard result else { throw SiteFailure(errno: errno) }
    self.descriptor = descriptor
    self.port = UInt16(bigEndian: name.sin_port)
    authority = "\(address):\(self.port)"
    let thread = Thread { [record] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { break }
        let talk = Thread {
          LocalSite.talk(on: connection) { visit in
            record.visits.withLock { $0.append(visit) }
            respond(visit)
          }
        }
        talk.start()
      }
      close(descriptor)
    }
    thread.start()
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// A socket could not be opened.
  package struct SiteFailure: Error {
    let errno: Int32
  }

  /// Every request so far, in the order of arrival.
  package var visits: [Visit] { record.visits.withLock { $0 } }

  private static func talk(on connection: Int32, _ respond: (Visit) -> Void) {
    defer { close(connection) }
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      guard recv(connection, &byte, 1, 0) == 1 else { return }
      head.append(byte)
    }
    let text = String(decoding: head, as: UTF8.self)
    let line = text.split(separator: "\r\n").first.map(String.init) ?? ""
    respond(Visit(requestLine: line, head: text, descriptor: connection))
  }
}
