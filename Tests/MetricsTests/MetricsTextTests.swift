import Metrics
import Testing

@Suite("Prometheus' text format")
struct MetricsTextTests {
  private func text(_ families: [MetricFamily]) -> String {
    String(decoding: MetricsText.bytes(of: families), as: UTF8.self)
  }

  @Test("a family is its help, its type and its samples, each on a line")
  func family() {
    let family = MetricFamily(
      "calls_total", "Calls.",
      .counters([([("route", "/a"), ("status", "2xx")], 3), ([], 0.5)]))
    #expect(
      text([family]) == """
        # HELP calls_total Calls.
        # TYPE calls_total counter
        calls_total{route="/a",status="2xx"} 3
        calls_total 0.5

        """)
  }

  @Test("a family without samples is announced")
  func empty() {
    #expect(text([MetricFamily("a", "B.", .gauges([]))]) == "# HELP a B.\n# TYPE a gauge\n")
  }

  @Test("backslash, quote and line end are escaped, in help only the first and the last")
  func escapes() {
    let family = MetricFamily(
      "a", "one \\ \"two\"\nthree", .gauges([([("b", "one \\ \"two\"\nthree")], 1)]))
    #expect(
      text([family]) == #"""
        # HELP a one \\ "two"\nthree
        # TYPE a gauge
        a{b="one \\ \"two\"\nthree"} 1

        """#)
  }

  @Test(
    "numbers are whole where they can be, and never lose a digit",
    arguments: [
      (0.0, "0"), (-2, "-2"), (1_795_000_000.25, "1795000000.25"), (0.1, "0.1"),
      (9_007_199_254_740_991, "9007199254740991"), (1e300, "1e+300"),
    ])
  func numbers(value: Double, printed: String) {
    #expect(text([.gauge("a", "B.", value)]).hasSuffix("\na \(printed)\n"))
  }

  @Test("buckets contain those below them, and a bound belongs to its bucket")
  func histogram() {
    var histogram = Histogram()
    for microseconds: Int64 in [0, 1_000, 1_001, 10_000_000, 10_000_001] {
      histogram.observe(microseconds: microseconds)
    }
    let lines = text([MetricFamily("a_seconds", "B.", .histograms([([("c", "d")], histogram)]))])
      .split(separator: "\n").map(String.init)
    #expect(
      lines.dropFirst(2) == [
        #"a_seconds_bucket{c="d",le="0.001"} 2"#, #"a_seconds_bucket{c="d",le="0.0025"} 3"#,
        #"a_seconds_bucket{c="d",le="0.005"} 3"#, #"a_seconds_bucket{c="d",le="0.01"} 3"#,
        #"a_seconds_bucket{c="d",le="0.025"} 3"#, #"a_seconds_bucket{c="d",le="0.05"} 3"#,
        #"a_seconds_bucket{c="d",le="0.1"} 3"#, #"a_seconds_bucket{c="d",le="0.25"} 3"#,
        #"a_seconds_bucket{c="d",le="0.5"} 3"#, #"a_seconds_bucket{c="d",le="1"} 3"#,
        #"a_seconds_bucket{c="d",le="2.5"} 3"#, #"a_seconds_bucket{c="d",le="5"} 3"#,
        #"a_seconds_bucket{c="d",le="10"} 4"#, #"a_seconds_bucket{c="d",le="+Inf"} 5"#,
        #"a_seconds_sum{c="d"} 20.002002"#, #"a_seconds_count{c="d"} 5"#,
      ])
  }

  @Test("adding two histograms is counting everything in one")
  func sum() {
    var (one, other, both) = (Histogram(), Histogram(), Histogram())
    for number in 0..<200 {
      let microseconds = Int64(number * number * 400)
      if number.isMultiple(of: 3) {
        one.observe(microseconds: microseconds)
      } else {
        other.observe(microseconds: microseconds)
      }
      both.observe(microseconds: microseconds)
    }
    #expect(one + other == both)
    #expect(both.count == 200)
  }
}
