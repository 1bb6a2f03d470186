import Glibc

/// A system call failed. `description` names the call and the system's own words for the error.
package struct SystemError: Error, CustomStringConvertible, Sendable {
  /// The system call, as in its manual page.
  package let call: StaticString
  /// The error number, positive.
  package let errno: Int32

  /// Makes an error from a call's name and its positive error number.
  package init(call: StaticString, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// The call and the system's words, such as `bind: Address already in use`.
  package var description: String {
    var text = [CChar](repeating: 0, count: 256)
    guard strerror_r(errno, &text, text.count) == 0 else { return "\(call): error \(errno)" }
    let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return "\(call): \(String(decoding: words, as: UTF8.self))"
  }

  /// Whether the address that was asked for is already being listened on.
  package var isAddressInUse: Bool { errno == EADDRINUSE }

  /// Passes a result on, or throws when it is a negative error number.
  @discardableResult
  package static func check(
    _ result: Int32, _ call: StaticString
  ) throws(SystemError) -> Int32 {
    guard result < 0 else { return result }
    throw SystemError(call: call, errno: -result)
  }
}
