/// One process: it asks for a lease, renews it in time, and asks again when nothing is heard.
///
/// The machine of it; the simulator sends what it wants sent.
struct Worker {
  let life: Int
  let point: Int
  /// The term that is held.
  private(set) var held: Term?
  /// Since when it has been without a lease.
  private(set) var withoutSince: Int64
  private(set) var isAlive = true
  /// The number of the question that is open; an answer to an older one says nothing new, unless
  /// it brings a term.
  private(set) var question = 0
  private var attempt = 0
  private var tries = 0

  init(life: Int, point: Int, at now: Int64) {
    self.life = life
    self.point = point
    withoutSince = now
  }

  /// What it wants of the service now: a lease, or the next term.
  mutating func ask() -> Question {
    question += 1
    if let held { return .renew(chain: held.chain, term: held.number) }
    return .grant(life: life, attempt: attempt)
  }

  /// How long it waits for an answer: a second and 1, 2, 4, 8 with full jitter.
  mutating func patience(_ network: inout Network) -> Int64 {
    defer { tries += 1 }
    return 1_000_000 + network.between(0, 1_000_000 << min(Int64(tries), 3))
  }

  /// A term arrives; whether it is taken.
  mutating func take(_ term: Term) -> Bool {
    if let held {
      guard held.chain == term.chain, held.number < term.number else { return false }
    }
    held = term
    settle()
    return true
  }

  /// A refusal of the open question arrives; a later question is another one.
  mutating func settle() {
    question += 1
    attempt += 1
    tries = 0
  }

  /// The term has run out; whether it was the one held.
  mutating func lose(_ chain: Int, term: Int64, at now: Int64) -> Bool {
    guard let held, held.chain == chain, held.number == term else { return false }
    self.held = nil
    withoutSince = now
    settle()
    return true
  }

  mutating func end() { isAlive = false }
}
