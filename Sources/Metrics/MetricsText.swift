/// Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
package enum MetricsText {
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// The families in their order; one without samples is announced all the same.
  package static func bytes(of families: [MetricFamily]) -> [UInt8] {
    var text = ""
    for family in families { append(family, to: &text) }
    return Array(text.utf8)
  }

  private static func append(_ family: MetricFamily, to text: inout String) {
    let name = family.name
    precondition(isName(name), "\(name) is no name of a metric")
    text += "# HELP \(name) \(escaped(family.help, quotes: false))\n"
    switch family.samples {
    case .counters(let samples):
      text += "# TYPE \(name) counter\n"
      for (labels, value) in samples { append(name, labels, value, to: &text) }
    case .gauges(let samples):
      text += "# TYPE \(name) gauge\n"
      for (labels, value) in samples { append(name, labels, value, to: &text) }
    case .histograms(let samples):
      text += "# TYPE \(name) histogram\n"
      for (labels, histogram) in samples { append(name, labels, histogram, to: &text) }
    }
  }

  /// Buckets hold whatever is not above their bound, so each contains those before it.
  private static func append(
    _ name: String, _ labels: [MetricLabel], _ histogram: Histogram, to text: inout String
  ) {
    var cumulative = 0
    for (bucket, count) in histogram.counts.enumerated() {
      cumulative += count
      let bounds = Histogram.boundsMicroseconds
      let bound = bucket < bounds.count ? number(Double(bounds[bucket]) / 1_000_000) : "+Inf"
      append("\(name)_bucket", labels + [("le", bound)], Double(cumulative), to: &text)
    }
    append("\(name)_sum", labels, Double(histogram.sumMicroseconds) / 1_000_000, to: &text)
    append("\(name)_count", labels, Double(cumulative), to: &text)
  }

  private static func append(
    _ name: String, _ labels: [MetricLabel], _ value: Double, to text: inout String
  ) {
    text += name
    if !labels.isEmpty {
      let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
      text += "{\(pairs.joined(separator: ","))}"
    }
    text += " \(number(value))\n"
  }

  /// Whole numbers without a fraction, up to where a double knows all of them.
  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 0x1p53 ? String(Int64(value)) : "\(value)"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\"" where quotes: escaped += "\\\""
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.first.map { !(0x30...0x39).contains($0) } ?? false
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
          || $0 == 0x5F
      }
  }
}
