/// One statement with its values, whose rows are wanted.
package struct Lookup: Sendable, Equatable {
  package let statement: Statement
  package let parameters: [Parameter]

  package init(_ statement: Statement, _ parameters: [Parameter] = []) {
    self.statement = statement
    self.parameters = parameters
  }

  package static func == (one: Lookup, other: Lookup) -> Bool {
    one.statement.identity == other.statement.identity && one.parameters == other.parameters
  }
}

/// One statement with its values, on its way to the server.
struct Request: Sendable {
  /// What the answer is for.
  enum Purpose: Sendable {
    /// Only its failure matters.
    case effect
    /// Its rows are wanted.
    case answer
    /// Its answer says that the transaction has happened.
    case commit
    /// It is only parsed by the server, not run.
    case check
  }

  let statement: Statement
  var parameters: [Parameter] = []
  var purpose = Purpose.effect
}

extension Request {
  init(_ bound: Lookup) {
    self.init(
      statement: bound.statement, parameters: bound.parameters, purpose: .answer)
  }
}

/// What came of a batch of requests, which went out together.
struct Reply: Sendable {
  /// The rows of the requests whose purpose was an answer, in their order.
  var answers: [Rows] = []
  /// The first thing that went wrong; the server skipped the rest.
  var failure: DatabaseError?
  /// The connection no longer belongs to the transaction.
  var isDetached = false
}
