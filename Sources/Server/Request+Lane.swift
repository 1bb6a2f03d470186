import HTTP
import HTTPTypes
import Tokens

extension Request {
  /// With whom the call competes: the secret's prefix tells it before the secret is looked up. A
  /// call that waits for something to happen competes with none.
  var lane: RequestLane {
    if path == RevocationHandlers.path { return .patient }
    guard let header = header(.authorization), let space = header.firstIndex(of: " ") else {
      return .interactive
    }
    let prefix = header[header.index(after: space)...].prefix { $0 != "_" }
    return Secret.Kind(rawValue: String(prefix))?.isOfMachines == true ? .bulk : .interactive
  }
}
