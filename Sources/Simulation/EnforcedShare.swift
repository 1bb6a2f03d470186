import Domain

/// A lease at its enforcement point: the newest term that it has seen, and the bucket.
struct EnforcedShare {
  let chain: Int
  let project: Int
  var term: Term
  private var bucket: Bucket
  private var quotaLeft: Int64
  /// Since when it is honoured without a break; nil while it is not.
  private var openFrom: Int64?
  /// Up to where requests have been let through.
  private var cursor: Int64
  /// Whether somebody sends.
  private var isUsed = true
  private(set) var isVoid = false
  /// From when on nothing may pass, since an epoch event makes the term void.
  var voidAt: Int64
  private var appetite: Appetite

  init(_ term: Term, project: Int, voidAt: Int64, appetite: Appetite, at now: Int64) {
    chain = term.chain
    self.project = project
    self.term = term
    self.voidAt = voidAt
    self.appetite = appetite
    bucket = Bucket(emptyAtNanoseconds: now * 1_000, rate: term.rate, burst: term.burst)
    quotaLeft = term.quota
    cursor = now
  }

  /// Lets pass what the worker sends up to an instant.
  ///
  /// - Parameter deadline: from when on the enforcement point honours nothing.
  mutating func advance(to now: Int64, deadline: Int64, _ record: inout Record) {
    defer { cursor = now }
    guard let openFrom else { return }
    let end = min(now, max(openFrom, deadline))
    if isUsed { serve(until: end, &record) }
    if deadline < now {
      record.honoured(term.rate.microRPS, from: openFrom, to: end, for: project)
      self.openFrom = nil
    }
  }

  mutating func open(at now: Int64, deadline: Int64) {
    guard openFrom == nil, !isVoid, now < deadline else { return }
    openFrom = now
    cursor = now
  }

  mutating func close(at now: Int64, _ record: inout Record) {
    if let openFrom {
      record.honoured(term.rate.microRPS, from: openFrom, to: now, for: project)
    }
    openFrom = nil
  }

  /// The next term; its bucket goes on from the level of the one before.
  mutating func adopt(_ next: Term, voidAt: Int64, at now: Int64) {
    bucket = bucket.continued(
      rate: next.rate, burst: next.burst, atNanoseconds: now * 1_000)
    term = next
    quotaLeft = next.quota
    isVoid = false
    self.voidAt = voidAt
  }

  mutating func makeVoid() { isVoid = true }

  mutating func abandon() { isUsed = false }

  private mutating func serve(until end: Int64, _ record: inout Record) {
    while cursor < end, quotaLeft > 0 {
      let phase = appetite.phase(at: cursor)
      guard phase.isHungry else {
        cursor = phase.ends
        continue
      }
      guard let free = bucket.earliest(afterNanoseconds: cursor * 1_000) else { return }
      let next = (free + 999) / 1_000
      guard next < end else { return }
      guard next < phase.ends else {
        cursor = phase.ends
        continue
      }
      guard bucket.take(atNanoseconds: next * 1_000) else { return }
      quotaLeft -= 1
      cursor = next
      record.letThrough(at: next, for: project)
      if next >= voidAt { record.voidRequests += 1 }
    }
  }
}

/// When a worker sends as much as it may, and when nothing, so that its bucket fills.
struct Appetite {
  private var chance: Chance
  private var isHungry = true
  private var ends: Int64

  init(_ chance: Chance) {
    self.chance = chance
    ends = 0
  }

  mutating func phase(at now: Int64) -> (isHungry: Bool, ends: Int64) {
    while ends <= now {
      isHungry.toggle()
      ends += isHungry ? chance.between(5_000_000, 120_000_000) : chance.between(0, 12_000_000)
    }
    return (isHungry, ends)
  }
}
