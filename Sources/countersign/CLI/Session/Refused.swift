import Domain

/// The server said no.
struct Refused: Error {
  let reply: Reply
}

/// There was no answer.
struct Unreachable: Error, CustomStringConvertible {
  let server: ServerAddress
  let reason: String

  var description: String { "cannot reach \(server.text): \(reason)" }
}

/// Something answers there, but not this service.
struct NotOurs: Error, CustomStringConvertible {
  let reason: String

  var description: String { reason }
}

/// What the caller asked for is not there or not possible; found without asking the server.
struct NotPossible: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
