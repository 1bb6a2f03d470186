internal import CPostgres
internal import Foundation

/// Asks the server, over a connection of its own, to cancel what a session is doing.
///
/// `@unchecked Sendable`: the handle is a copy made for this object, used by one thread only.
final class CancelRequest: @unchecked Sendable {
  private let handle: OpaquePointer

  /// Nil when the connection is not open.
  init?(_ connection: OpaquePointer) {
    guard let handle = PQgetCancel(connection) else { return nil }
    self.handle = handle
  }

  deinit {
    PQfreeCancel(handle)
  }

  /// Sends it from a thread of its own, because libpq blocks here. Nobody waits for the outcome:
  /// when it fails, `statement_timeout` ends the statement.
  func send() {
    let thread = Thread {
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
        _ = PQcancel(self.handle, reason.baseAddress, Int32(reason.count))
      }
    }
    thread.name = "cancel"
    thread.start()
  }
}
