import Foundation
import Glibc

/// Tells the process that started this one how far it is, where that asks for it: systemd does,
/// with `Type=notify` (sd_notify(3)).
enum SupervisorNotice: String {
  case ready = "READY=1"
  case stopping = "STOPPING=1"

  /// One datagram to the socket of `NOTIFY_SOCKET`; nothing where there is none. What the
  /// supervisor does not hear does not stop the service: it is said on standard error.
  func send(environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard let path = environment["NOTIFY_SOCKET"], !path.isEmpty else { return }
    guard let code = write(to: path) else { return }
    Terminal.complain(["countersign: \(path) was not told \(rawValue): errno \(code)"])
  }

  /// Nil, or the errno.
  private func write(to path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return ENAMETOOLONG }
    // An `@` in front stands for the zero byte of Linux's abstract names.
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let message = Array(rawValue.utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
    return sent == message.count ? nil : errno
  }
}
