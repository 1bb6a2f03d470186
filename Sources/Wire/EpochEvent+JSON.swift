package import Domain

extension EpochEvent {
  /// `{epoch, at, cause, scope: {kind, id?}, covers, event}`.
  package var json: JSON {
    var scope: JSONObject = ["kind": .string(kind.rawValue)]
    scope["id"] = id.map { .string($0) }
    return [
      "epoch": JSON(epoch), "at": JSON(at), "cause": .string(cause.rawValue),
      "scope": .object(scope), "covers": covers.json, "event": JSON(event),
    ]
  }
}

extension TokenCover {
  /// `{proposals?, grants?, workers?, hosts?}`: an absent list names all.
  fileprivate var json: JSON {
    var members = JSONObject()
    members["proposals"] = proposals.map(\.json)
    members["grants"] = grants.map(\.json)
    members["workers"] = workers.map(\.json)
    members["hosts"] = hosts.map(\.json)
    return .object(members)
  }
}

extension [String] {
  fileprivate var json: JSON { .array(map { .string($0) }) }
}
