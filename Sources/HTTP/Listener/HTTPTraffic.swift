import HTTPTypes
package import Metrics
import Reactor
import Synchronization

/// What a server does, for operators: every loop counts for itself, and whoever asks adds up.
package final class HTTPTraffic: Sendable {
  /// One loop's numbers at the moment when it was asked.
  private struct Reading: Sendable {
    var meter: TrafficMeter
    var connections: Int
    /// By lane.
    var handlers: [Int]
  }

  private let listeners = Mutex<[LoopBound<LoopListener>]>([])

  /// For one server, which is given it.
  package init() {}

  func add(_ listener: LoopBound<LoopListener>) {
    listeners.withLock { $0.append(listener) }
  }

  /// The numbers of all loops together. From any thread; each loop is asked in its turn.
  package func families() async -> [MetricFamily] {
    var sum: Reading?
    var routes: [Route] = []
    for listener in listeners.withLock({ $0 }) {
      let (reading, table) = await withCheckedContinuation { continuation in
        listener.loop.submit {
          let value = listener.value
          continuation.resume(returning: (HTTPTraffic.reading(of: value), value.router.routes))
        }
      }
      routes = table
      guard let before = sum else {
        sum = reading
        continue
      }
      sum = Reading(
        meter: before.meter + reading.meter,
        connections: before.connections + reading.connections,
        handlers: zip(before.handlers, reading.handlers).map(+))
    }
    let none = Reading(
      meter: TrafficMeter(routeCount: 0), connections: 0,
      handlers: RequestLane.allCases.map { _ in 0 })
    return Self.families(of: sum ?? none, routes: routes)
  }

  private static func reading(of listener: LoopListener) -> Reading {
    Reading(
      meter: listener.meter, connections: listener.openCount, handlers: listener.runningHandlers)
  }

  private static func families(of reading: Reading, routes: [Route]) -> [MetricFamily] {
    let meter = reading.meter
    return [
      MetricFamily(
        "http_requests_total",
        "Requests answered, by the route's pattern, its method and the status' class.",
        .counters(requests(meter, routes))),
      MetricFamily(
        "http_request_duration_seconds",
        "From a request's head to the last byte of its answer, by the route's pattern and method.",
        .histograms(
          used(meter, routes).map { answers, labels in (labels, answers.durations) })),
      .gauge("http_connections", "Connections open.", Double(reading.connections)),
      .counter("http_connections_accepted_total", "Connections accepted.", Double(meter.accepted)),
      .counter(
        "http_connections_refused_total",
        "Connections closed at once because no descriptor was left.", Double(meter.refused)),
      MetricFamily(
        "http_handlers", "Requests being worked on, by lane.",
        .gauges(byLane(reading.handlers))),
      MetricFamily(
        "http_handlers_refused_total",
        "Requests refused because too many were being worked on, by lane.",
        .counters(byLane(meter.handlersRefused))),
    ]
  }

  private static func byLane(_ values: [Int]) -> [(labels: [MetricLabel], value: Double)] {
    RequestLane.allCases.map { ([("lane", "\($0)")], Double(values[$0.rawValue])) }
  }

  private static func requests(
    _ meter: TrafficMeter, _ routes: [Route]
  ) -> [(labels: [MetricLabel], value: Double)] {
    used(meter, routes).flatMap { answers, labels in
      answers.classes.enumerated().filter { $0.element > 0 }.map { digit, count in
        (labels + [("status", "\(digit + 1)xx")], Double(count))
      }
    }
  }

  /// What was asked for at least once, in the order of the routes.
  private static func used(
    _ meter: TrafficMeter, _ routes: [Route]
  ) -> [(answers: TrafficMeter.Answers, labels: [MetricLabel])] {
    meter.answers.enumerated().filter { $0.element.durations.count > 0 }.map { index, answers in
      guard index < routes.count else {
        return (answers, [("route", "none"), ("method", "none")])
      }
      let route = routes[index]
      return (answers, [("route", route.pattern), ("method", route.method.rawValue)])
    }
  }
}
