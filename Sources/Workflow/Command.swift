package import Domain
import Ledger
package import Postgres
package import Tokens

/// One thing that a person, a worker or the service does: one transaction.
///
/// `run` looks up what the command is about (404) before it opens `Result` inputs (400), then
/// asks who may (403), then applies the rule.
package protocol Command: Sendable {
  associatedtype Output: Sendable
  func run(by act: Act, in tx: borrowing Transaction) async throws -> Output

  /// The output for a stored answer that is asked for again; nil replays the answer as stored.
  ///
  /// Leases use it: a replay is signed anew, and refused while a stop stands.
  func replayed(
    _ stored: StoredAnswer, by act: Act, in tx: borrowing Transaction
  ) async throws -> Output?

  /// Does what `Service.perform` asks for: in a transaction of its own, unless commands of this
  /// kind that arrive together go together.
  static func perform(
    for caller: Caller, about subject: Subject, storing form: AnswerForm<Output>,
    on service: Service, _ command: @escaping @Sendable (Act) throws -> Self
  ) async throws -> Outcome<Output>
}

extension Command {
  package func replayed(
    _ stored: StoredAnswer, by act: Act, in tx: borrowing Transaction
  ) async throws -> Output? { nil }

  package static func perform(
    for caller: Caller, about subject: Subject, storing form: AnswerForm<Output>,
    on service: Service, _ command: @escaping @Sendable (Act) throws -> Self
  ) async throws -> Outcome<Output> {
    try await service.performAlone(for: caller, about: subject, storing: form, command)
  }
}

/// One look at the database: a read-only transaction.
package protocol Query: Sendable {
  associatedtype Output: Sendable
  func run(by act: Act, in tx: borrowing Transaction) async throws -> Output
}

/// A call as it arrived: whose secret, what trace, which idempotency key.
package struct Caller: Sendable {
  /// SHA-256 of the bearer secret.
  package let secretHash: Digest
  package let trace: RequestTrace
  /// With whom the call waits for the database; known before the secret is looked up.
  let lane: PoolLane

  package init(secret: Secret, trace: RequestTrace) {
    self.init(
      secretHash: secret.hash, trace: trace,
      lane: secret.kind.isOfMachines ? .bulk : .interactive)
  }

  package init(secretHash: Digest, trace: RequestTrace, lane: PoolLane = .interactive) {
    self.secretHash = secretHash
    self.trace = trace
    self.lane = lane
  }

  /// The same without an idempotency key: for what a call does before the answer that is stored.
  package var unkeyed: Caller {
    Caller(
      secretHash: secretHash,
      trace: RequestTrace(
        id: trace.id, method: trace.method, path: trace.path, idempotencyKey: nil,
        bodyDigest: trace.bodyDigest),
      lane: lane)
  }
}

extension RequestTrace {
  /// The trace of a call with this body; of the body only the digest is kept.
  package init(
    id: String, method: String, path: String, idempotencyKey: String?, body: [UInt8]
  ) {
    self.init(
      id: id, method: method, path: path, idempotencyKey: idempotencyKey,
      bodyDigest: body.isEmpty ? nil : Digest.sha256(of: body))
  }
}

/// An answer kept for repeats of the same call; secrets in it are null.
package struct StoredAnswer: Hashable, Sendable {
  package let status: Int
  package let bytes: [UInt8]

  package init(status: Int, bytes: [UInt8]) {
    self.status = status
    self.bytes = bytes
  }
}

/// What a command is about, as far as it is known before it runs.
package enum Subject: Hashable, Sendable {
  case unknown
  case lease(LeaseID)
}

/// How the caller's answers are written down for repeats.
package struct AnswerForm<Output: Sendable>: Sendable {
  package let accepted: @Sendable (Output) throws -> StoredAnswer
  package let refused: @Sendable (Refusals) -> StoredAnswer

  package init(
    accepted: @escaping @Sendable (Output) throws -> StoredAnswer,
    refused: @escaping @Sendable (Refusals) -> StoredAnswer
  ) {
    self.accepted = accepted
    self.refused = refused
  }
}

/// What became of a command.
package enum Outcome<Output: Sendable>: Sendable {
  case done(Output)
  /// The output of a repeat, made anew.
  case redone(Output)
  /// The stored answer of a repeat.
  case replayed(StoredAnswer)
}

/// Why a call was not even tried.
package enum CallFailure: Error, Hashable, Sendable {
  case unauthenticated(reason: String)
  /// Something outside does not answer now; the same call may succeed later. `cause` is for the
  /// operator, not for the caller.
  case unavailable(reason: String, cause: String?)
  case idempotencyKeyInvalid
  case idempotencyKeyReused
  case idempotencyInProgress
  /// More is asked of the database than it can do; the same call may succeed later.
  case overloaded(cause: String)
  /// `If-Match` names another version than the current one.
  case preconditionFailed(current: Int64)
  case preconditionRequired

  /// Whether the database does not answer in time, whoever asks.
  var isOfTheDatabase: Bool {
    switch self {
    case .unavailable, .overloaded: true
    case .unauthenticated, .idempotencyKeyInvalid, .idempotencyKeyReused, .idempotencyInProgress,
      .preconditionFailed, .preconditionRequired:
      false
    }
  }
}
