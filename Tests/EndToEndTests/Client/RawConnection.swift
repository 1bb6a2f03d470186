import Domain
import Foundation
import Glibc

/// A blocking socket, for what no HTTP client sends and for answers that nobody reads.
final class RawConnection: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let descriptor: Int32
  private static let waitSecondsMax = 60

  /// Connects to `http://127.0.0.1:port`.
  init(to baseURL: String) throws {
    descriptor = try RawConnection.connected(to: baseURL)
  }

  /// A connected descriptor, the caller's to close.
  static func connected(to baseURL: String) throws -> Int32 {
    guard let port = baseURL.split(separator: ":").last.flatMap({ UInt16($0) }) else {
      throw Failure(description: "\(baseURL) has no port")
    }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var wait = timeval(tv_sec: RawConnection.waitSecondsMax, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      defer { close(descriptor) }
      throw Failure(description: "cannot connect: \(errno)")
    }
    return descriptor
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "cannot send: \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  /// A whole request with a length.
  func send(
    _ method: String, _ path: String, fields: [(String, String)], body: [UInt8] = []
  ) throws {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n"
    for field in fields { head += "\(field.0): \(field.1)\r\n" }
    if !body.isEmpty || method != "GET" { head += "Content-Length: \(body.count)\r\n" }
    try send(Array((head + "\r\n").utf8) + body)
  }

  /// One answer; that to HEAD has no body.
  func answer(toHead isHead: Bool = false) throws -> Reply {
    var bytes: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    while bytes.firstRange(of: end) == nil { bytes += try receive() }
    guard let mark = bytes.firstRange(of: end) else { throw Failure(description: "no head") }
    let lines = String(decoding: bytes[..<mark.lowerBound], as: UTF8.self)
      .replacing("\r\n", with: "\n").split(separator: "\n")
    let status = lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    let fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (name: String(parts[0]), value: parts[1].trimmingCharacters(in: .whitespaces))
    }
    var body = Array(bytes[mark.upperBound...])
    let length =
      fields.first { $0.name.lowercased() == "content-length" }
      .flatMap { Int($0.value) } ?? 0
    while !isHead, body.count < length { body += try receive() }
    return Reply(status: status, fields: fields, bytes: body)
  }

  /// The head of an answer and nothing of its body.
  func readHead() throws -> String {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      guard recv(descriptor, &byte, 1, 0) == 1 else {
        throw Failure(description: "the head ends early: \(String(decoding: head, as: UTF8.self))")
      }
      head.append(byte)
    }
    return String(decoding: head, as: UTF8.self)
  }

  /// How much came just now.
  func readSome() throws -> Int { try receive().count }

  /// What comes until the server closes; a reset is an end too.
  func readToEnd() throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let part: [UInt8]
      do {
        part = try receive()
      } catch {
        return all
      }
      if part.isEmpty { return all }
      all += part
    }
  }

  private func receive() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Failure(description: "the answer ends: \(count) \(errno)") }
    return Array(buffer[..<count])
  }
}
