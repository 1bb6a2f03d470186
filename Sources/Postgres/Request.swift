/// One statement with its values, on its way to the server.
struct Request: Sendable {
  /// What the answer is for.
  enum Purpose: Sendable {
    /// Only its failure matters.
    case effect
    /// Its rows are the reply of the batch.
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

/// What came of a batch of requests, which went out together.
struct Reply: Sendable {
  /// The rows of the request whose purpose was the answer.
  var rows: Rows?
  /// The first thing that went wrong; the server skipped the rest.
  var failure: DatabaseError?
  /// The connection no longer belongs to the transaction.
  var isDetached = false
}
