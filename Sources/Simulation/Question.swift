import Domain

/// What is asked of the service.
enum Question {
  /// - Parameter attempt: the idempotency key: a repeat is answered as before.
  case grant(life: Int, attempt: Int)
  case renew(chain: Int, term: Int64)
  case giveBack(chain: Int, term: Int64, byPoint: Bool)
  case acknowledge(chain: Int, term: Int64)
}

/// What the service answers.
enum Answer {
  case term(Term)
  /// No room now; when to ask again.
  case refused(afterMicroseconds: Int64)
  /// There is no such lease any more.
  case gone
  case done
}

/// A term as its token and the answer around it tell it. Instants are the service's.
struct Term {
  let chain: Int
  let number: Int64
  let rate: Rate
  let burst: Int64
  let quota: Int64
  let expiresAt: Timestamp
  let epoch: Int64
  /// Counted from the sending of the question.
  let expiresInMicroseconds: Int64
  let renewInMicroseconds: Int64
}
