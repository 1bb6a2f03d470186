/// What the enforcement points let through, and what they would have.
struct Record {
  /// A rate that was honoured from an instant until another.
  struct Segment {
    let from: Int64
    let to: Int64
    let microRPS: Int64
  }

  /// By project; in the order in which they were written down.
  private(set) var arrivals: [[Int64]]
  private(set) var segments: [[Segment]]
  /// Requests let through for a token that an epoch event had made void for longer than the bound.
  var voidRequests = 0

  init(projects: Int) {
    arrivals = Array(repeating: [], count: projects)
    segments = Array(repeating: [], count: projects)
  }

  mutating func letThrough(at instant: Int64, for project: Int) {
    arrivals[project].append(instant)
  }

  mutating func honoured(_ microRPS: Int64, from: Int64, to: Int64, for project: Int) {
    guard from < to else { return }
    segments[project].append(Segment(from: from, to: to, microRPS: microRPS))
  }
}
