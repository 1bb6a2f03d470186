import HTTP
import HTTPTypes

extension Request {
  /// What tells one worker's call about leases from another's: what it asks for, or the lease's
  /// id. Nil for all other calls.
  var asker: [UInt8]? {
    guard method == .post else { return nil }
    if path == "/v1/leases" { return body }
    return path.hasPrefix("/v1/leases/") ? Array(path.utf8) : nil
  }
}
