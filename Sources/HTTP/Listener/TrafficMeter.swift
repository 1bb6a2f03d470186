import Metrics

/// What one loop's listener has counted; a plain value, touched on its loop only.
struct TrafficMeter {
  /// What was answered on one route, or to requests that have none.
  struct Answers {
    /// By the first digit of the status, less one.
    var classes = [0, 0, 0, 0, 0]
    var durations = Histogram()
  }

  var accepted = 0
  var refused = 0
  /// By lane.
  var handlersRefused = RequestLane.allCases.map { _ in 0 }
  /// By the route's position; the last one is for requests without a route.
  private(set) var answers: [Answers]

  init(routeCount: Int) {
    answers = Array(repeating: Answers(), count: routeCount + 1)
  }

  /// An answer is with the kernel, or its client has left (499).
  mutating func answered(_ status: Int, onRoute position: Int?, microseconds: Int64) {
    let index = position ?? answers.count - 1
    answers[index].classes[min(max(status / 100, 1), 5) - 1] += 1
    answers[index].durations.observe(microseconds: microseconds)
  }

  /// What both have counted, of the same routes.
  static func + (one: TrafficMeter, other: TrafficMeter) -> TrafficMeter {
    var sum = one
    sum.accepted += other.accepted
    sum.refused += other.refused
    for lane in sum.handlersRefused.indices {
      sum.handlersRefused[lane] += other.handlersRefused[lane]
    }
    for index in sum.answers.indices {
      for digit in 0..<5 {
        sum.answers[index].classes[digit] += other.answers[index].classes[digit]
      }
      sum.answers[index].durations = sum.answers[index].durations + other.answers[index].durations
    }
    return sum
  }
}
