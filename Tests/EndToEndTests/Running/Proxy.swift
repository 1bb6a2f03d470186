import Foundation
import Glibc

/// A way to a PostgreSQL server over TCP that can be cut: from then on nothing passes and nobody
/// is told, as in a network that lost its middle.
///
/// `@unchecked Sendable`: what changes is guarded by `condition`.
final class Proxy: @unchecked Sendable {
  /// The two sockets of one connection; each is read by a thread of its own.
  private struct Pair: Hashable {
    let near: Int32
    let far: Int32
  }

  private let entrance: TakenPort
  private let socketPath: String
  private let condition = NSCondition()
  private var pairs: [Pair: Int] = [:]
  private var isCut = false
  /// Counts the cuts; a connection does not outlive the one after its beginning.
  private var age = 0

  /// - Parameter url: of a server behind a unix socket, `…?host=/folder&port=5432`.
  init(to url: String) throws {
    let words = url.split { "?&=".contains($0) }.map(String.init)
    func value(_ name: String) -> String {
      words.firstIndex(of: name).map { words[$0 + 1] } ?? ""
    }
    socketPath = "\(value("host"))/.s.PGSQL.\(value("port"))"
    entrance = try TakenPort()
    Thread.detachNewThread { self.acceptAll() }
  }

  /// The same database by this way.
  func url(for url: String) -> String {
    let head = url.prefix { $0 != "?" }.replacing("@/", with: "@127.0.0.1:\(entrance.port)/")
    return "\(head)?sslmode=disable"
  }

  func cut() {
    condition.withLock { isCut = true }
  }

  /// Lets new connections pass; those from before are dead, and what they held is lost.
  func heal() {
    condition.withLock {
      isCut = false
      age += 1
      for pair in pairs.keys { shutDown(pair) }
      condition.broadcast()
    }
  }

  /// Nobody comes in any more, and everybody is out.
  func close() {
    shutdown(entrance.descriptor, Int32(SHUT_RDWR))
    heal()
  }

  private func acceptAll() {
    while true {
      let near = accept(entrance.descriptor, nil, nil)
      guard near >= 0 else { return }
      _ = fcntl(near, F_SETFD, FD_CLOEXEC)
      let pair = Pair(near: near, far: connected())
      let age = condition.withLock {
        pairs[pair] = 2
        return self.age
      }
      Thread.detachNewThread { self.pump(pair, from: pair.near, to: pair.far, age) }
      Thread.detachNewThread { self.pump(pair, from: pair.far, to: pair.near, age) }
    }
  }

  private func connected() -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // Without a server the first read ends the connection.
    if result != 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
    return descriptor
  }

  private func pump(_ pair: Pair, from source: Int32, to target: Int32, _ age: Int) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(source, &buffer, buffer.count)
      // The end of one side is news that does not pass either.
      guard passes(age), count > 0, write(buffer[..<count], to: target) else { break }
    }
    condition.withLock {
      shutDown(pair)
      pairs[pair, default: 1] -= 1
      guard pairs[pair] == 0 else { return }
      pairs[pair] = nil
      Glibc.close(pair.near)
      Glibc.close(pair.far)
    }
  }

  private func passes(_ age: Int) -> Bool {
    condition.withLock {
      while isCut, age == self.age { condition.wait() }
      return age == self.age
    }
  }

  private func write(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private func shutDown(_ pair: Pair) {
    shutdown(pair.near, Int32(SHUT_RDWR))
    shutdown(pair.far, Int32(SHUT_RDWR))
  }
}
