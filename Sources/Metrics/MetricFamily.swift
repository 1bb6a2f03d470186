/// A label of a sample: its name and its value. Values come from a bounded set, never from a
/// caller.
package typealias MetricLabel = (name: String, value: String)

/// All samples of one name.
package struct MetricFamily: Sendable {
  /// What the samples are, with their values.
  package enum Samples: Sendable {
    /// Only ever grows while the process lives.
    case counters([(labels: [MetricLabel], value: Double)])
    case gauges([(labels: [MetricLabel], value: Double)])
    case histograms([(labels: [MetricLabel], value: Histogram)])
  }

  /// With its base unit; a counter's ends with `_total`.
  package let name: String
  /// One sentence for operators.
  package let help: String
  package let samples: Samples

  package init(_ name: String, _ help: String, _ samples: Samples) {
    self.name = name
    self.help = help
    self.samples = samples
  }

  /// A family of one sample without labels.
  package static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name, help, .gauges([([], value)]))
  }

  /// The same.
  package static func counter(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name, help, .counters([([], value)]))
  }

  /// The same family under a longer name.
  package func prefixed(_ prefix: String) -> MetricFamily {
    MetricFamily(prefix + name, help, samples)
  }
}
