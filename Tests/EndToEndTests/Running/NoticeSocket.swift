import Foundation
import Glibc

/// The socket on which a supervisor, such as systemd, hears how far a service is.
final class NoticeSocket: Sendable {
  /// What `NOTIFY_SOCKET` says.
  let path: String
  private let descriptor: Int32

  private static let waitSecondsMax = 60

  init(in workplace: Workplace) throws {
    path = workplace.path + "/notify-\(UInt32.random(in: .min ... .max))"
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    var wait = timeval(tv_sec: NoticeSocket.waitSecondsMax, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let (descriptor, size) = (self.descriptor, socklen_t(MemoryLayout<sockaddr_un>.size))
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard bound == 0 else { throw Program.Failure(description: "cannot bind: \(errno)") }
  }

  deinit { close(descriptor) }

  /// The next message.
  func message() async throws -> String {
    let descriptor = descriptor
    return try await offPool {
      var buffer = [UInt8](repeating: 0, count: 1_024)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count >= 0 else { throw Program.Failure(description: "no notice: \(errno)") }
      return String(decoding: buffer[..<count], as: UTF8.self)
    }
  }
}
