/// Why the process cannot start: lines for a person, no stack.
struct StartFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
